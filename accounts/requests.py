"""The person behind a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from hematovision.errors import PermissionRefused

if TYPE_CHECKING:
    from rest_framework.request import Request


class AuthenticatedRequest(HttpRequest):
    """A request behind `login_required`: its user is one of ours."""

    user: User  # type: ignore[assignment]


def signed_in(request: HttpRequest | Request) -> User:
    """Return the signed-in person or API client; raises `PermissionRefused` for nobody.

    Views let nobody in without signing in; this says so to people and the type checker, once.
    """
    if not isinstance(request.user, User):
        raise PermissionRefused(_("Sign in first."))
    return request.user
