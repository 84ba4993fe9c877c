"""What the machine said of the cells of a case: the reading that stands, image by image and cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cases.cell_classes import UNIDENTIFIED
from classifier.models import Analysis, AnalysisState, ModelVersion, Prediction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from cases.models import Case, Cell


@dataclass(frozen=True, slots=True)
class ImageReading:
    """The reading that stands for one image: the last that was finished."""

    analysis_id: UUID
    model_version: ModelVersion
    um_per_px: float | None
    quality: dict[str, Any]


def image_readings(case: Case) -> dict[UUID, ImageReading]:
    """Return the standing reading of each image of `case` by image id; an image nobody read has none."""
    done = (
        Analysis.objects.filter(image__case=case, state=AnalysisState.DONE)
        .select_related("model_version")
        .order_by("finished_at", "queued_at")
    )
    return {
        analysis.image_id: ImageReading(analysis.pk, analysis.model_version, analysis.um_per_px, analysis.quality)
        for analysis in done
        if analysis.model_version is not None
    }


def cell_predictions(
    cells: Iterable[Cell], readings: Mapping[UUID, ImageReading], *, case: Case | None = None
) -> dict[UUID, Prediction]:
    """Return for each cell the prediction of its image's standing reading, else the last there is.

    With `case` the predictions of all its current cells are fetched by the case, which spares the database a list
    of thousands of ids.
    """
    wanted = {cell.pk: cell.image_id for cell in cells}
    rows = Prediction.objects.order_by("created_at")
    if case is not None:
        rows = rows.filter(cell__image__case=case, cell__superseded=False)
    else:
        rows = rows.filter(cell__in=list(wanted))
    found: dict[UUID, Prediction] = {}
    for prediction in rows:
        image = wanted.get(prediction.cell_id)
        if image is None:
            continue
        standing = readings[image].model_version.pk if image in readings else None
        known = found.get(prediction.cell_id)
        if known is None or known.model_version_id != standing:
            found[prediction.cell_id] = prediction
    return found


def ai_label(prediction: Prediction | None) -> str:
    """The class the machine gave, "unidentified" where it would not name one, nothing where it did not read."""
    if prediction is None:
        return ""
    return prediction.label if prediction.identified else UNIDENTIFIED
