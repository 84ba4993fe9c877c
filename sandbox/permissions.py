"""Who tries pictures, and whose picture is whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import User
from accounts.permissions import has_scope
from accounts.scopes import TRY_WRITE
from sandbox.conf import is_public

if TYPE_CHECKING:
    from django.http import HttpRequest

_OF_VISITORS = "tried_pictures"
"""Under this name the session of a visitor keeps which pictures are theirs."""


def may_try(user: Any) -> bool:
    """Whether `user` tries pictures: everybody who is signed in by their role, visitors where the installation lets them."""
    if getattr(user, "is_authenticated", False):
        return has_scope(user, TRY_WRITE)
    return is_public()


def own_conditions(request: HttpRequest) -> dict[str, Any]:
    """The conditions that the caller's own pictures meet, and no other: by account, else by the visitor's session."""
    if isinstance(request.user, User):
        return {"owner": request.user}
    return {"owner": None, "pk__in": request.session.get(_OF_VISITORS, [])}


def remember_own(request: HttpRequest, keys: list[str]) -> None:
    """Keep in the session of a visitor that these pictures are theirs; of an account the row says it."""
    if not isinstance(request.user, User) and keys:
        request.session[_OF_VISITORS] = [*request.session.get(_OF_VISITORS, []), *keys]
