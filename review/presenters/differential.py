"""The live differential of a case under review, ready for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from cases.differential import differential
from cases.reference_ranges import flag_of, range_for
from cases.words import in_words

if TYPE_CHECKING:
    from cases.models import Case
    from cases.reference_ranges import ReferenceRange
    from review.selectors import Tally

_DIGITS = 4


def present_differential(case: Case, counted: Tally, previous: dict[str, Any] | None) -> dict[str, Any]:
    """Return the differential ready for JSON: percentages and confidence intervals in percent, absolute values in 10^9/L."""
    found = differential(counted.counts, excluded=counted.excluded, wbc=case.wbc)
    return {
        "rows": [_row(case, row, found.n) for row in found.rows],
        "n": found.n,
        "remark": in_words(found.remark),
        "next_target": found.next_target,
        "erythroblasts": found.erythroblasts,
        "erythroblasts_per_100": None if found.nrbc_per_100_wbc is None else str(found.nrbc_per_100_wbc),
        "platelets": found.platelets,
        "unidentified": found.unidentified,
        "excluded": found.excluded,
        "previous": previous,
    }


def reference_of(case: Case, code: str) -> ReferenceRange | None:
    """Return the reference range of a class for the patient of `case`, at the age they had when it was collected."""
    day = (case.collected_at or case.created_at).date()
    return range_for(code, birth_date=case.patient.born, sex=case.patient.sex, on=day)


def _row(case: Case, row: Any, n: int) -> dict[str, Any]:
    reference = reference_of(case, row.code)
    counted = row.low != 0.0 or row.high != 1.0
    return {
        "code": row.code,
        "label": gettext(row.cell_class.label),
        "letter": row.cell_class.letter,
        "count": row.count,
        "percent": row.whole_percent,
        "low": round(100 * row.low, _DIGITS) if counted else None,
        "high": round(100 * row.high, _DIGITS) if counted else None,
        "absolute": None if row.absolute is None else str(row.absolute),
        "reference": None if reference is None else reference.as_dict(),
        "flag": "" if reference is None else flag_of(100 * row.share, reference, counted=n),
    }
