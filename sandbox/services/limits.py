"""How many pictures a person or a network address tries, in a day and in a minute."""

from __future__ import annotations

import ipaddress
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from hematovision.errors import TooManyAttempts
from sandbox import conf
from sandbox.models import TriedPicture

if TYPE_CHECKING:
    from accounts.models import User

_SALT = "sandbox.address"
_WINDOW_SECONDS = 60
_IPV6_PREFIX = 64


def digest_of(address: str) -> str:
    """The salted hash that stands for a visitor's network address: nobody without the secret key finds the address by it.

    Of IPv6 the network (/64) counts: one connection has all of its addresses.
    """
    return salted_hmac(_SALT, _counted(address), algorithm="sha256").hexdigest()


def _counted(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.IPv6Network((known, _IPV6_PREFIX), strict=False))


def refuse_over_limit(*, owner: User | None, address_digest: str) -> None:
    """Count one file of a person, or of an address, and raise `TooManyAttempts` where it is one too many."""
    per_minute = conf.TRIES_PER_MINUTE if owner else conf.TRIES_PER_MINUTE_OF_VISITORS
    if _count(str(owner.pk) if owner else address_digest) > per_minute:
        raise TooManyAttempts(_("These are many pictures at once. Wait a minute, then go on."), code="try_rate")
    most = conf.DAILY_PICTURES if owner else conf.DAILY_PICTURES_OF_VISITORS
    since = timezone.now() - timedelta(days=1)
    # Removed after a day and not before: what there is, is what was sent.
    sent = TriedPicture.objects.filter(owner=owner, address_digest=address_digest, created_at__gt=since).count()
    if sent >= most:
        raise TooManyAttempts(
            _("%(most)s pictures were tried in 24 hours, which is the limit. Go on tomorrow.") % {"most": most},
            code="try_limit",
            details={"most": most},
        )
    if owner is None and TriedPicture.objects.filter(owner=None).count() >= conf.MOST_OF_VISITORS:
        raise TooManyAttempts(
            _("Too many pictures are being tried by visitors. Try again later."), code="try_visitors_limit"
        )


def _count(who: str) -> int:
    """How many files came in this minute, with this one."""
    name = f"try:{who}:{int(time.time() // _WINDOW_SECONDS)}"
    cache.add(name, 0, timeout=2 * _WINDOW_SECONDS)
    try:
        return int(cache.incr(name))
    except ValueError:
        # The cache is away: the limit of a day holds.
        return 1
