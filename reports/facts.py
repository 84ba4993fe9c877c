"""What a report says about images, cells and the machine, read from the record in a constant number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cases.differential import Differential, differential
from cases.models import Cell, LabelSource
from cases.views.readings import last_analysis, quality_of
from classifier.models import Prediction

if TYPE_CHECKING:
    from uuid import UUID

    from cases.models import Case, SmearImage
    from classifier.models import ModelVersion


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The evidence of one case as it stands: images in order, their current cells, and the models that read them.

    `images` and `cells` are in the form the content carries (see `reports.content`); the other two are for checks.
    """

    images: list[dict[str, Any]]
    cells: list[dict[str, Any]]
    models: list[dict[str, Any]]
    differential: Differential
    counts: dict[str, int]


def case_facts(case: Case) -> CaseFacts:
    """Read the evidence of `case`."""
    images = list(case.images.order_by("ordinal").prefetch_related("analyses__model_version"))
    rows = list(
        Cell.objects.current()
        .filter(image__case=case)
        .select_related("decided_by")
        .order_by("image__ordinal", "ordinal", "pk")
    )
    by_image: dict[UUID, SmearImage] = {image.pk: image for image in images}
    predictions = _last_predictions(case)
    counted = Counter(row.label for row in rows if not row.excluded and row.label)
    return CaseFacts(
        images=[_image(image) for image in images],
        cells=[_cell(row, by_image[row.image_id].ordinal, predictions.get(row.pk)) for row in rows],
        models=_models(images, predictions),
        differential=differential(
            counted, excluded=sum(row.excluded and not row.removed for row in rows), wbc=case.wbc
        ),
        counts=dict(counted),
    )


def _last_predictions(case: Case) -> dict[UUID, Prediction]:
    """Return of each current cell what a model said last."""
    found = (
        Prediction.objects.filter(cell__image__case=case, cell__superseded=False)
        .select_related("model_version")
        .only("cell_id", "label", "score", "identified", "created_at", "model_version__name", "model_version__version")
        .order_by("created_at", "pk")
    )
    return {prediction.cell_id: prediction for prediction in found}


def _image(image: SmearImage) -> dict[str, Any]:
    analysis = last_analysis(image)
    quality = quality_of(image)
    scale = getattr(analysis, "um_per_px", None)
    return {
        "bytes": image.byte_size,
        "height": image.height,
        "id": str(image.pk),
        "media_type": image.media_type,
        "ordinal": image.ordinal,
        "problem": image.problem,
        "quality": quality.verdict if quality else "",
        "remarks": [*quality.sentences, *([quality.advice] if quality.advice else [])] if quality else [],
        "sha256": image.sha256,
        "state": str(image.state),
        "um_per_px": decimal_text(scale, 4),
        "width": image.width,
    }


def _cell(cell: Cell, ordinal: int, prediction: Prediction | None) -> dict[str, Any]:
    return {
        "added": cell.is_added,
        "ai": None
        if prediction is None
        else {
            "identified": prediction.identified,
            "label": prediction.label,
            "model": str(prediction.model_version),
            "score": decimal_text(prediction.score, 4),
        },
        "box": list(cell.box),
        "by": str(cell.decided_by) if cell.decided_by is not None else "",
        "excluded": cell.excluded,
        "exclusion_reason": cell.exclusion_reason,
        "field": ordinal,
        "human": cell.label_source == LabelSource.HUMAN,
        "id": str(cell.pk),
        "image": str(cell.image_id),
        "label": cell.label,
        "n": cell.ordinal,
        "removed": cell.removed,
        "revision": cell.revision,
    }


def _models(images: list[SmearImage], predictions: dict[UUID, Prediction]) -> list[dict[str, Any]]:
    """Return the models whose readings are part of the case, each once, by name and version."""
    found: dict[UUID, ModelVersion] = {}
    for image in images:
        analysis = last_analysis(image)
        if analysis is not None and analysis.model_version is not None:
            found[analysis.model_version.pk] = analysis.model_version
    for prediction in predictions.values():
        found.setdefault(prediction.model_version_id, prediction.model_version)
    return [
        {"card_sha256": model.card_sha256, "id": str(model.pk), "name": model.name, "version": model.version}
        for model in sorted(found.values(), key=str)
    ]


def decimal_text(value: Decimal | float | None, places: int) -> str:
    """Return a number as the content writes it, with `places` decimals; nothing for None."""
    return "" if value is None else f"{value:.{places}f}"
