"""Where each role begins, which is where its list of first steps stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from accounts.models import Role

if TYPE_CHECKING:
    from accounts.models import User


def homes_of(user: User) -> frozenset[str]:
    """The addresses at which `user` begins: where signing in leads, and for a student where learning begins."""
    first = settings.LOGIN_REDIRECT_URL
    return frozenset({first, reverse("education:home")}) if user.role == Role.STUDENT else frozenset({first})
