"""What an app above this one tells it: functions registered at start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from cases.models import Case

PreviousDifferential = dict[str, Any]
"""`{"signed_at": iso, "report": id, "n": int, "rows": [{"code", "count", "percent"}]}` of an earlier signed case."""

_previous: list[Callable[[Case], PreviousDifferential | None]] = []


def register_previous_differential(function: Callable[[Case], PreviousDifferential | None]) -> None:
    """Name the function that finds the last signed differential of the patient before a case; the last one counts."""
    _previous[:] = [function]


def previous_differential(case: Case) -> PreviousDifferential | None:
    """Return the last signed differential of the case's patient, or None where there is none."""
    return _previous[0](case) if _previous else None
