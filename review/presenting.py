"""Cells and differential as the workspace gets them: plain values ready for JSON, the machine's part hidden if blind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cases.cell_classes import BY_CODE
from cases.models import Cell
from cases.models.cell import LabelSource
from review.readings import ai_label, cell_predictions, image_readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from cases.models import Case
    from classifier.models import Prediction
    from review.readings import ImageReading

_DIGITS = 4


def is_blind(case: Case) -> bool:
    """Whether what the machine said is hidden until the reader has spoken."""
    return case.laboratory.blind_review and not case.is_signed


def present_cells(case: Case, cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return `cells` as the workspace gets them, in the same order, in three queries however many they are."""
    readings = image_readings(case)
    return present(case, cells, readings, cell_predictions(cells, readings))


def present(
    case: Case,
    cells: Iterable[Cell],
    readings: Mapping[UUID, ImageReading],
    predictions: Mapping[UUID, Prediction],
) -> list[dict[str, Any]]:
    """Return `cells` with what was read of them already at hand; `decided_by` should be at hand as well."""
    blind = is_blind(case)
    return [_cell(cell, readings, predictions.get(cell.pk), blind=blind) for cell in cells]


def fresh(cells: Iterable[Cell]) -> list[Cell]:
    """Return the rows of `cells` as they are now, with who decided on them, in the same order."""
    wanted = [cell.pk for cell in cells]
    rows = Cell.objects.select_related("decided_by").in_bulk(wanted)
    return [rows[pk] for pk in wanted if pk in rows]


def _cell(
    cell: Cell, readings: Mapping[UUID, ImageReading], prediction: Prediction | None, *, blind: bool
) -> dict[str, Any]:
    # A cell excluded before it was named stays hidden: included again, it is still to be named.
    hidden = blind and cell.label_source == LabelSource.MACHINE
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
        "pending": cell.is_added and prediction is None and not cell.is_reviewed and cell.image_id in readings,
        "ai": None if hidden or prediction is None else _ai(prediction),
        "by": {"name": cell.decided_by.full_name, "at": cell.decided_at.isoformat()}
        if cell.decided_by is not None and cell.decided_at is not None
        else None,
    }


def _ai(prediction: Prediction) -> dict[str, Any]:
    return {
        "label": ai_label(prediction),
        "score": prediction.score,
        "best": prediction.label,
        "probabilities": {
            code: round(share, _DIGITS) for code, share in prediction.probabilities.items() if code in BY_CODE
        },
    }
