"""What a person chose about their notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from audit.models import Action
from audit.services import record
from hematovision.errors import PermissionRefused
from notices.models import Preference
from notices.permissions import may_follow_orders

if TYPE_CHECKING:
    from accounts.models import User


def preference_of(user: User) -> Preference:
    """Return what `user` chose; who chose nothing gets e-mails, and hears nothing of new orders."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)


def set_email_preference(*, actor: User, email: bool) -> Preference:
    """Turn e-mails about notifications on or off for oneself."""
    return _set(actor, "email", wanted=email)


def set_order_preference(*, actor: User, new_orders: bool) -> Preference:
    """Turn notifications of new orders on or off for oneself; raises `PermissionRefused` for whoever sees no orders."""
    if not may_follow_orders(actor):
        raise PermissionRefused(gettext("Orders are shown to the people of clinics and laboratories."))
    return _set(actor, "new_orders", wanted=new_orders)


@transaction.atomic
def _set(actor: User, name: str, *, wanted: bool) -> Preference:
    before = getattr(preference_of(actor), name)
    preference, _ = Preference.objects.update_or_create(user=actor, defaults={name: wanted})
    if before != wanted:
        record(
            actor=actor,
            action=Action.CONFIGURATION,
            target=actor,
            before={f"notice_{name}": before},
            after={f"notice_{name}": wanted},
        )
    return preference
