"""Who tries pictures, and whose picture is whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import has_scope, waits_for_signature
from accounts.scopes import TRY_WRITE
from sandbox.conf import is_public

if TYPE_CHECKING:
    from django.http import HttpRequest

_OF_VISITORS = "tried_pictures"
"""Under this name the session of a visitor keeps which pictures are theirs."""


def may_try(user: Any) -> bool:
    """Whether `user` tries pictures: by their role, but not who waits for a signature; visitors where the installation lets them."""
    if getattr(user, "is_authenticated", False):
        return has_scope(user, TRY_WRITE)
    return is_public()


def why_not(user: Any) -> str:
    """Why somebody who is signed in tries no pictures, in a sentence."""
    if getattr(user, "is_authenticated", False) and waits_for_signature(user):
        return _(
            "Whoever sends smears sees nothing of the model before the report is signed, and so tries no pictures."
        )
    return _("Your role tries no pictures.")


def own_conditions(request: HttpRequest) -> dict[str, Any]:
    """The conditions that the caller's own pictures meet, and no other: by account, else by the visitor's session."""
    if isinstance(request.user, User):
        return {"owner": request.user}
    return {"owner": None, "pk__in": request.session.get(_OF_VISITORS, [])}


def remember_own(request: HttpRequest, keys: list[str]) -> None:
    """Keep in the session of a visitor that these pictures are theirs; of an account the row says it."""
    if not isinstance(request.user, User) and keys:
        request.session[_OF_VISITORS] = [*request.session.get(_OF_VISITORS, []), *keys]
