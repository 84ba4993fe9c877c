"""The person behind a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import User
from hematovision.errors import PermissionRefused

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request


def signed_in(request: HttpRequest | Request) -> User:
    """Return the signed-in person or API client; raises `PermissionRefused` for nobody.

    Views let nobody in without signing in; this says so to the reader and the type checker, once.
    """
    if not isinstance(request.user, User):
        raise PermissionRefused("Sign in first.")
    return request.user
