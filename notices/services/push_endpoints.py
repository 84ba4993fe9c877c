"""Browsers that are told: taking one up, and letting one go."""

from __future__ import annotations

import re
import zoneinfo
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from hematovision.errors import Conflict, TooLarge, Unprocessable
from notices.conf import push_hosts, push_public_key
from notices.models import Preference, PushEndpoint
from notices.models.push_endpoint import LONGEST_ADDRESS, digest_of

if TYPE_CHECKING:
    from accounts.models import User

MOST_ENDPOINTS = 10
_ADDRESS = re.compile(r"https://(?P<host>[a-z0-9.-]+)(?::443)?/[A-Za-z0-9._~:/?&=%+,;!*'()$#\[\]@-]*")


@transaction.atomic
def take_up_browser(
    *, actor: User, address: str, public_key: str, secret: str, browser: str, time_zone: str = ""
) -> PushEndpoint:
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
        let_browser_go(actor=None, endpoint=before, reason="turned on by another person")
    made = PushEndpoint(
        user=actor, address=address, digest=digest, public_key=public_key, secret=secret, browser=browser[:300]
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        sentence = _("This browser is being signed up already. Reload the page.")
        raise Conflict(sentence, code="signed_up_meanwhile") from error
    if time_zone in zoneinfo.available_timezones():
        # Whoever chose no quiet hours has the usual ones, by their own clock.
        Preference.objects.get_or_create(user=actor, defaults={"time_zone": time_zone})
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
    """Whether `address` is one at a service of a browser's maker, over TLS at its usual port.

    Libraries differ in where they see a host end: what has any other sign than these before its path is none.
    """
    found = _ADDRESS.fullmatch(address) if len(address) <= LONGEST_ADDRESS else None
    host = found["host"] if found else ""
    return any(host == each or host.endswith(f".{each}") for each in push_hosts())
