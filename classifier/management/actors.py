"""Who a command on the host acts for."""

from __future__ import annotations

from django.core.management.base import CommandError

from accounts.models import User


def find_actor(email: str) -> User | None:
    """The person called `email`; None when no address was given, which means the installation itself."""
    if not email:
        return None
    actor = User.objects.filter(email=User.objects.normalize_email(email), is_active=True).first()
    if actor is None:
        raise CommandError(f"There is no active account {email}.")
    return actor
