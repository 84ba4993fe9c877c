"""The live differential of a case under review and what is left to do, from one query over its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from cases.cell_classes import UNIDENTIFIED
from cases.differential import Differential, differential
from cases.models import Cell, LabelSource
from cases.reference_ranges import flag_of, range_for
from review.presenting import is_blind

if TYPE_CHECKING:
    from cases.models import Case
    from cases.reference_ranges import ReferenceRange

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Tally:
    """Cells of a case by what is decided about them."""

    counts: dict[str, int]
    excluded: int
    unreviewed: int
    unidentified: int
    flagged: int
    total: int

    @property
    def todo(self) -> dict[str, int]:
        """What keeps the case from being signed, and what its reader wants to come back to."""
        return {"unreviewed": self.unreviewed, "unidentified": self.unidentified, "flagged": self.flagged}


def tally(case: Case, *, blind: bool = False) -> Tally:
    """Return the counts of the current cells of `case`.

    With `blind` only cells a person has named are counted by class: the others would tell what the machine said.
    """
    rows = (
        Cell.objects.current()
        .filter(image__case=case)
        .order_by()
        .values_list("label", "label_source", "excluded", "removed", "flagged")
        .annotate(number=Count("pk"))
    )
    counts: dict[str, int] = {}
    excluded = unreviewed = unidentified = flagged = total = 0
    for label, source, is_excluded, is_removed, is_flagged, number in rows:
        human = source == LabelSource.HUMAN
        total += number if not is_removed else 0
        flagged += number if is_flagged else 0
        if is_excluded:
            # What was never a cell is not an excluded cell either.
            excluded += number if not is_removed else 0
            continue
        unreviewed += number if not human else 0
        if blind and not human:
            continue
        name = label or UNIDENTIFIED
        counts[name] = counts.get(name, 0) + number
        unidentified += number if name == UNIDENTIFIED else 0
    return Tally(counts, excluded, unreviewed, unidentified, flagged, total)


def case_tally(case: Case) -> Tally:
    """Return the counts of `case` as its reader may see them."""
    return tally(case, blind=is_blind(case))


def case_differential(case: Case, counted: Tally | None = None) -> Differential:
    """Return the differential of the current cells of `case` as its reader may see it."""
    counted = counted or case_tally(case)
    return differential(counted.counts, excluded=counted.excluded, wbc=case.wbc)


def present_differential(case: Case, counted: Tally, previous: dict[str, Any] | None) -> dict[str, Any]:
    """Return the differential ready for JSON: percentages and limits in percent, absolute values in 10^9/L."""
    found = case_differential(case, counted)
    return {
        "rows": [_row(case, row) for row in found.rows],
        "n": found.n,
        "remark": found.remark,
        "next_target": found.next_target,
        "erythroblasts": found.erythroblasts,
        "erythroblasts_per_100": None if found.erythroblasts_per_100 is None else str(found.erythroblasts_per_100),
        "platelets": found.platelets,
        "unidentified": found.unidentified,
        "excluded": found.excluded,
        "previous": previous,
    }


def reference_of(case: Case, code: str) -> ReferenceRange | None:
    """Return the reference range of a class for the patient of `case`, at the age they had when it was collected."""
    day = (case.collected_at or case.created_at).date()
    return range_for(code, birth_date=case.patient.birth_date, sex=case.patient.sex, on=day)


def _row(case: Case, row: Any) -> dict[str, Any]:
    reference = reference_of(case, row.code)
    counted = row.low != 0.0 or row.high != 1.0
    return {
        "code": row.code,
        "label": row.cell_class.label,
        "letter": row.cell_class.letter,
        "count": row.count,
        "percent": row.whole_percent,
        "low": round(100 * row.low, _DIGITS) if counted else None,
        "high": round(100 * row.high, _DIGITS) if counted else None,
        "absolute": None if row.absolute is None else str(row.absolute),
        "reference": None if reference is None else reference.as_dict(),
        "flag": "" if reference is None or not counted else flag_of(100 * row.share, reference),
    }
