"""Who keeps work on a device, and who discards it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Role, User
from cases.permissions import may_write_cases

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def may_keep(user: User | AnonymousUser) -> bool:
    """Whether `user` keeps work on a device: people who open cases, never an API client."""
    return isinstance(user, User) and user.is_active and user.token_scopes is None and _writes(user)


def _writes(user: User) -> bool:
    return user.role != Role.SERVICE and may_write_cases(user)


def may_discard_for(user: User, owner: User) -> bool:
    """Whether `user` discards what `owner` kept: the owner, and administrators of their laboratory."""
    if user.pk == owner.pk:
        return True
    return user.role == Role.ADMINISTRATOR and User.objects.administered_by(user).filter(pk=owner.pk).exists()
