"""Browsers that are told: taking one up, and letting one go."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from hematovision.errors import Conflict, TooLarge, Unprocessable
from notices.conf import push_hosts, push_public_key
from notices.models import PushEndpoint
from notices.models.push_endpoint import LONGEST_ADDRESS, digest_of

if TYPE_CHECKING:
    from accounts.models import User

MOST_ENDPOINTS = 10


@transaction.atomic
def take_up_browser(*, actor: User, address: str, public_key: str, secret: str, browser: str) -> PushEndpoint:
    """Tell `actor` in this browser from now on, and nobody else who did so before.

    The address is the browser's word for where we send to: only services that the installation knows are believed.
    Raises `Conflict` where the installation tells no browsers, `Unprocessable`, `TooLarge` beyond ten browsers.
    """
    if not push_public_key():
        raise Conflict(_("Browsers are not told here: the installation has no key for it."), code="push_is_off")
    if not is_known_service(address):
        raise Unprocessable(
            _("This browser uses a service that the installation does not know."), code="unknown_push_service"
        )
    digest = digest_of(address)
    before = PushEndpoint.objects.filter(digest=digest).first()
    if before is not None and before.user_id == actor.pk:
        return before
    if PushEndpoint.objects.visible_to(actor).count() >= MOST_ENDPOINTS:
        raise TooLarge(_("You are told in ten browsers already. Remove one first."), code="too_many_browsers")
    if before is not None:
        before.delete()
    made = PushEndpoint.objects.create(
        user=actor, address=address, digest=digest, public_key=public_key, secret=secret, browser=browser[:300]
    )
    record(actor=actor, action=Action.CONFIGURATION, target=actor, after={"push_endpoint": str(made.pk)})
    return made


@transaction.atomic
def let_browser_go(*, actor: User | None, endpoint: PushEndpoint, reason: str = "") -> None:
    """Tell nobody in this browser any more; `actor` is None where its maker's service says that it is gone."""
    record(
        actor=actor,
        action=Action.CONFIGURATION,
        target=endpoint.user,
        before={"push_endpoint": str(endpoint.pk)},
        after={"push_endpoint": None},
        reason=reason,
    )
    endpoint.delete()


def is_known_service(address: str) -> bool:
    """Whether `address` is one at a service of a browser's maker, over TLS at its usual port."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    known = any(host == each or host.endswith(f".{each}") for each in push_hosts())
    plain = len(address) <= LONGEST_ADDRESS and address.isascii() and not parts.username and port in {None, 443}
    return parts.scheme == "https" and known and plain
