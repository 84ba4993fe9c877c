"""What a person chose about their notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audit.models import Action
from audit.services import record
from notices.models import Preference

if TYPE_CHECKING:
    from accounts.models import User


def wants_email(user: User) -> bool:
    """Whether `user` is also told by e-mail; everybody is until they say no."""
    return not Preference.objects.filter(user=user, email=False).exists()


@transaction.atomic
def set_email_preference(*, actor: User, email: bool) -> Preference:
    """Turn e-mails about notifications on or off for oneself."""
    before = wants_email(actor)
    preference, _ = Preference.objects.update_or_create(user=actor, defaults={"email": email})
    if before != email:
        record(
            actor=actor,
            action=Action.CONFIGURATION,
            target=actor,
            before={"notice_email": before},
            after={"notice_email": email},
        )
    return preference
