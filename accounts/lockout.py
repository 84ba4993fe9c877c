"""How django-axes learns whose sign-in failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest


def attempted_account(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str:
    """The address that was tried, in the one spelling failures are counted under.

    django-allauth authenticates with `email`, Django itself with `username`; the form field is called `login`.
    """
    given = dict(credentials or {})
    value = given.get("email") or given.get("username")
    if not value and request is not None:
        value = request.POST.get("login") or request.POST.get("username")
    # The column that keeps it is 255 characters wide.
    return User.objects.normalize_email(str(value or "").replace("\x00", ""))[:255]
