"""Who learns and who teaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from accounts.models import Role, User
from accounts.permissions import may_bring_in_students

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def may_learn(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` opens what is taught: everybody with an account of their own, in a session."""
    return isinstance(user, User) and user.is_active and user.token_scopes is None and user.role != Role.SERVICE


def may_teach(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` makes sets and sees the figures of students: pathologists, and whoever was given the permission."""
    return may_learn(user) and may_bring_in_students(user)
