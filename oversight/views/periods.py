"""The periods of the boards that count back from now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

PERIODS = (30, 90, 365)
"""Days to choose from; the one in the middle where nothing is chosen."""


def days_asked(request: HttpRequest) -> int:
    """Return which of the periods the address asks for."""
    return next((each for each in PERIODS if request.GET.get("days") == str(each)), PERIODS[1])
