"""How often one address may ask whether a document is genuine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache

from audit.middleware import client_ip

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_A_MINUTE = 30
_MINUTE = 60


def asked_too_often(request: HttpRequest) -> bool:
    """Count one more question of this address; whether it were too many in the last minute."""
    key = f"reports.verify.{client_ip(request)}"
    cache.add(key, 0, timeout=_MINUTE)
    try:
        return cache.incr(key) > MOST_A_MINUTE
    except ValueError:
        # The minute ended between the two lines.
        return False
