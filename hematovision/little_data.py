"""Whether a browser asks for less data than there is: its own setting, or a slow line that it measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

_SLOW = frozenset({"slow-2g", "2g"})


def wants_little_data(request: HttpRequest) -> bool:
    """Whether `request` says that its device saves data or that its line is slow (the client hints Save-Data and ECT)."""
    return request.headers.get("Save-Data", "").lower() == "on" or request.headers.get("ECT", "") in _SLOW
