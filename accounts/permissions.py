"""Questions about what somebody may do, answered in one place."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from accounts.models.user import Role
from accounts.scopes import PREDICTIONS_READ, SCOPES_OF_ROLE

_READERS_OF_PREDICTIONS: frozenset[str] = frozenset({Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})


def scopes_of(user: Any) -> frozenset[str]:
    """Every scope `user` has now: the token's where a token authenticated the request, else the role's."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return frozenset()
    if user.token_scopes is not None:
        return frozenset(user.token_scopes)
    return SCOPES_OF_ROLE.get(user.role, frozenset())


def has_scope(user: Any, scope: str) -> bool:
    """Whether `user` (a person, a service account, or nobody) may do what `scope` allows (sessions: by role; tokens: by the token's scopes)."""
    return scope in scopes_of(user)


def may_see_predictions(user: Any, *, signed: bool) -> bool:
    """Whether `user` may see cells and predictions of a case they can see, signed out or not.

    After sign-out everybody who sees the case does. Before it: those who read or oversee smears, API clients with
    `predictions:read`, and uploaders only where `HIDE_AI_FROM_UPLOADERS` is off.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active or user.role == Role.STUDENT:
        return False
    if signed:
        return True
    if user.token_scopes is not None:
        return PREDICTIONS_READ in user.token_scopes
    if user.role == Role.UPLOADER:
        return not getattr(settings, "HIDE_AI_FROM_UPLOADERS", True)
    return user.is_superuser or user.role in _READERS_OF_PREDICTIONS
