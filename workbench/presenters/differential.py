"""The differential of a case as its pages show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.differential import differential

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cases.differential import Differential
    from cases.models import Case
    from workbench.presenters.fields import FieldSummary


def case_differential(case: Case, fields: Iterable[FieldSummary]) -> Differential | None:
    """Return the differential over all fields of `case`, or None where this person sees no cells of it."""
    counts: dict[str, int] = {}
    for field in fields:
        if field.class_counts is None:
            return None
        for item in field.class_counts:
            counts[item.cell_class.code] = counts.get(item.cell_class.code, 0) + item.count
    return differential(counts, wbc=case.wbc)
