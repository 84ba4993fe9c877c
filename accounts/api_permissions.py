"""Permission classes of the REST API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission

from accounts.authentication import scopes_needed
from accounts.services.refusals import record_refusal

if TYPE_CHECKING:
    from rest_framework.request import Request


class ScopeRequired(BasePermission):
    """A token needs the view's scope for the method; a session needs one of the view's roles.

    The view says `required_scopes = {"GET": "cases:read", "POST": "cases:write"}` and
    `allowed_roles = {"GET": {Role.UPLOADER, ...}, ...}`. A method that is in neither table is refused, so that a
    forgotten entry closes a door instead of opening one. HEAD and OPTIONS follow GET. A refusal is written to the
    audit trail.
    """

    message = _("This needs a scope or a role that you do not have.")

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the caller may use the method at all; which rows they see is the queryset's business."""
        user = request.user
        if not user.is_authenticated or not user.is_active:
            return False
        method = request.method or ""
        if not hasattr(view, method.lower()):
            return True  # there is no such method here, which the view answers with 405
        if method in SAFE_METHODS:
            method = "GET"
        if user.token_scopes is not None:
            needed = scopes_needed(view, method)
            allowed = bool(needed) and user.token_scopes.issuperset(needed)
            absent = ", ".join(sorted(set(needed) - user.token_scopes)) or "any scope for this"
            missing = f"The token lacks {absent}."  # not translated
        else:
            allowed = user.role in getattr(view, "allowed_roles", {}).get(method, frozenset())
            missing = "The role does not allow this."  # not translated
        if not allowed:
            record_refusal(request=request, method=request.method or method, missing=missing)
        return allowed
