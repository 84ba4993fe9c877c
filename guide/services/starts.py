"""Ending the list of first steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guide.models import FinishedStart

if TYPE_CHECKING:
    from accounts.models import User


def finish_start(*, actor: User) -> None:
    """Let the list of `actor` be gone for good: every step of it is done. Twice is once."""
    FinishedStart.objects.get_or_create(user=actor)


def hide_first_steps(*, actor: User) -> None:
    """Let the list of `actor` be gone for good, done or not. Twice is once."""
    FinishedStart.objects.get_or_create(user=actor, defaults={"hidden": True})
