"""The differential of a case as its pages show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.differential import differential

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cases.differential import Differential
    from cases.models import Case
    from cases.views.readings import FieldReading


def case_differential(case: Case, readings: Iterable[FieldReading]) -> Differential | None:
    """Return the differential over all fields of `case`, or None where this person sees no cells of it."""
    counts: dict[str, int] = {}
    for reading in readings:
        if reading.class_counts is None:
            return None
        for item in reading.class_counts:
            counts[item.cell_class.code] = counts.get(item.cell_class.code, 0) + item.count
    return differential(counts, wbc=case.wbc)
