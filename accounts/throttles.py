"""How often the endpoints of API clients may be tried.

Comparing a client's secret costs a password hash, most of half a second of one core: whoever may ask without limit stops
the site. Tries are counted before the hash is computed, in windows of a minute: all of an address, and those that name
one client from that address. A client is not counted over all addresses, because its id is no secret and a stranger who
used it up would keep the laboratory's own system out; the secret is 256 random bits, so it is the processor's time that
needs the limit, not the guessing (OWASP ASVS 5.0, V2.4.1 and V6.3.1).
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Refusal:
    """A try too many; `is_first` for the one that overstepped the limit in its window."""

    retry_after_s: int
    is_first: bool


def refuse_token_request(*, address: str, client_id: str) -> Refusal | None:
    """Count one try and return its refusal, or None while it is within `TOKEN_TRIES_PER_MINUTE`."""
    limits = settings.TOKEN_TRIES_PER_MINUTE
    now = _now()
    window = int(now // WINDOW_SECONDS)
    counted = {
        f"address.{address}": limits["address"],
        f"client.{address}.{client_id}": limits["client"],
    }
    over = [over for key, limit in counted.items() if (over := _count(f"{key}.{window}") - limit) > 0]
    if not over:
        return None
    return Refusal(
        retry_after_s=max(1, round((window + 1) * WINDOW_SECONDS - now)),
        is_first=1 in over,
    )


def _count(key: str) -> int:
    """How many tries `key` has had, with this one; the key is hashed, because a client id may be anything."""
    name = f"sign-in:token.{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}"
    cache.add(name, 0, timeout=2 * WINDOW_SECONDS)
    return int(cache.incr(name))


def _now() -> float:
    """Seconds since the epoch."""
    return time.time()
