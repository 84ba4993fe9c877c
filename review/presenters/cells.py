"""Cells and differential as the workspace gets them: plain values ready for JSON, the model's part hidden where blinded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cases.blinding import is_reviewed_blinded
from cases.cell_classes import BY_CODE
from cases.models import Cell
from classifier.selectors import output_for_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cases.models import Case
    from classifier.models import Prediction
    from classifier.selectors import ModelOutput

_DIGITS = 4


def present_cells(case: Case, cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return `cells` as the workspace gets them, in the same order, in two queries however many they are."""
    return present(case, cells, output_for_cells(cells))


def present(case: Case, cells: Iterable[Cell], output: ModelOutput) -> list[dict[str, Any]]:
    """Return `cells` with what the models said of them; `decided_by` should be at hand."""
    blind = is_reviewed_blinded(case)
    return [_cell(cell, output, blind=blind) for cell in cells]


def fresh(cells: Iterable[Cell]) -> list[Cell]:
    """Return the rows of `cells` as they are now, with who decided on them, in the same order."""
    wanted = [cell.pk for cell in cells]
    rows = Cell.objects.select_related("decided_by").in_bulk(wanted)
    return [rows[pk] for pk in wanted if pk in rows]


def _cell(cell: Cell, output: ModelOutput, *, blind: bool) -> dict[str, Any]:
    prediction = output.predictions.get(cell.pk)
    hidden = blind and not cell.is_named
    return {
        "id": str(cell.pk),
        "image": str(cell.image_id),
        "n": cell.ordinal,
        "box": list(cell.box),
        "label": "" if hidden else cell.label,
        "score": None if hidden else cell.score,
        "novelty": None if hidden or prediction is None else prediction.novelty,
        "reviewed": cell.is_reviewed,
        "excluded": cell.excluded,
        "removed": cell.removed,
        "flagged": cell.flagged,
        "reason_code": cell.exclusion_reason,
        "revision": cell.revision,
        "added": cell.is_added,
        "pending": cell.is_added and prediction is None and not cell.is_reviewed and cell.image_id in output.analyses,
        "ai": None if hidden or prediction is None else _ai(prediction),
        "by": {"name": cell.decided_by.full_name, "at": cell.decided_at.isoformat()}
        if cell.decided_by is not None and cell.decided_at is not None
        else None,
    }


def _ai(prediction: Prediction) -> dict[str, Any]:
    return {
        "label": prediction.suggestion,
        "score": prediction.score,
        "best": prediction.label,
        "probabilities": {
            code: round(share, _DIGITS) for code, share in prediction.probabilities.items() if code in BY_CODE
        },
    }
