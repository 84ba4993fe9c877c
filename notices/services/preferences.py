"""What a person chose about their notifications."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from hematovision.errors import PermissionRefused, Unprocessable
from notices.models import Preference
from notices.permissions import may_follow_orders

if TYPE_CHECKING:
    from accounts.models import User


def preference_of(user: User) -> Preference:
    """Return what `user` chose; who chose nothing gets e-mails, and hears nothing of new orders."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)


def set_email_preference(*, actor: User, email: bool) -> Preference:
    """Turn e-mails about notifications on or off for oneself."""
    return _set(actor, email=email)


def set_order_preference(*, actor: User, new_orders: bool) -> Preference:
    """Turn notifications of new orders on or off for oneself; raises `PermissionRefused` for whoever sees no orders."""
    if not may_follow_orders(actor):
        raise PermissionRefused(_("Orders are shown to the people of clinics and laboratories."))
    return _set(actor, new_orders=new_orders)


def set_quiet_hours(*, actor: User, begin: dt.time | None, end: dt.time | None, time_zone: str) -> Preference:
    """Choose when one's browsers are told of pressing things alone, by the clock of `time_zone`; None and None for never.

    Raises `Unprocessable` where one of them is missing or there is no such time zone.
    """
    if (begin is None) != (end is None):
        raise Unprocessable(_("Say when the quiet hours begin and when they end, or leave both empty."))
    if time_zone not in zoneinfo.available_timezones():
        raise Unprocessable(_("There is no such time zone."))
    return _set(actor, quiet_from=begin, quiet_until=end, time_zone=time_zone)


@transaction.atomic
def _set(actor: User, **wanted: Any) -> Preference:
    old = preference_of(actor)
    before = {name: getattr(old, name) for name in wanted}
    preference, _created = Preference.objects.update_or_create(user=actor, defaults=wanted)
    if before != wanted:
        record(
            actor=actor,
            action=Action.CONFIGURATION,
            target=actor,
            before=_told(before),
            after=_told(wanted),
        )
    return preference


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Return choices as the audit trail has them."""
    return {
        f"notice_{name}": value.isoformat() if isinstance(value, dt.time) else value for name, value in values.items()
    }
