"""Who learns and who teaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from accounts.models import Role, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

TEACH = "education.teach"
"""The permission of somebody who teaches without being a pathologist."""


def may_learn(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` opens what is taught: everybody with an account of their own, in a session."""
    return isinstance(user, User) and user.is_active and user.token_scopes is None and user.role != Role.SERVICE


def may_discuss(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` takes part in the talk about what is taught: everybody of a laboratory and its clinics who is no auditor."""
    return may_learn(user) and user.organisation_id is not None and user.role != Role.AUDITOR


def may_teach(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` makes sets and sees the figures of students: pathologists, and whoever was given the permission."""
    return (
        may_learn(user)
        and user.organisation_id is not None
        and (user.role == Role.PATHOLOGIST or (user.role != Role.STUDENT and user.has_perm(TEACH)))
    )
