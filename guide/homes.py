"""Where each role begins, which is where its list of first steps stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Role

if TYPE_CHECKING:
    from accounts.models import User

CASES = "/"
LEARNING = "/learn/"
"""The page of the app that teaches; a student is led there from the worklist where it is installed."""


def homes_of(user: User) -> frozenset[str]:
    """The addresses at which `user` begins."""
    return frozenset({CASES, LEARNING}) if user.role == Role.STUDENT else frozenset({CASES})
