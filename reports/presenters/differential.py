"""A differential as the content of a report carries it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cases.reference_ranges import flag_of
from cases.words import in_words
from reports.selectors.case_evidence import decimal_text
from review.presenters.differential import reference_of

if TYPE_CHECKING:
    from cases.differential import Differential, Row
    from cases.models import Case
    from cases.reference_ranges import ReferenceRange


def differential_content(found: Differential, case: Case) -> dict[str, Any]:
    """Return a differential as the content carries it."""
    return {
        "erythroblasts": found.erythroblasts,
        "erythroblasts_per_100": decimal_text(found.nrbc_per_100_wbc, 1),
        "excluded": found.excluded,
        "limited": found.is_limited,
        "n": found.n,
        "platelets": found.platelets,
        "remark": in_words(found.remark),
        "rows": [_row(row, found.n, reference_of(case, row.code)) for row in found.rows],
        "unidentified": found.unidentified,
        "wbc": decimal_text(found.wbc, 2),
    }


def _row(row: Row, n: int, reference: ReferenceRange | None) -> dict[str, Any]:
    return {
        "absolute": decimal_text(row.absolute, 2),
        "code": row.code,
        "count": row.count,
        "flag": flag_of(100 * row.share, reference, counted=n) if reference is not None else "",
        "high": decimal_text(row.high * 100, 1) if n else "",
        "label": in_words(row.cell_class.plural),
        "letter": row.cell_class.letter,
        "low": decimal_text(row.low * 100, 1) if n else "",
        "percent": row.whole_percent if n else 0,
        "reference": reference.text if reference is not None else "",
        "reference_range": _range(reference),
    }


def _range(reference: ReferenceRange | None) -> dict[str, str] | None:
    """The reference range in numbers; its limits belong to it. None where there is none for the patient."""
    if reference is None:
        return None
    return {
        "high": f"{reference.high:g}",
        "low": f"{reference.low:g}",
        "source": reference.source,
        "ucum": reference.unit,
    }
