"""What a report says about images, cells and models, from the record in a constant number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cases.blinding import is_reviewed_blinded
from cases.differential import Differential, differential
from cases.models import Cell, LabelSource
from cases.quality import quality_verdict
from cases.words import in_words
from classifier.selectors import output_for_case, unknown_cameras_of_fields
from review.selectors import decided_together

if TYPE_CHECKING:
    from uuid import UUID

    from cases.models import Case, SmearImage
    from classifier.models import CameraStanding, ModelVersion, Prediction
    from classifier.selectors import CurrentAnalysis
    from review.selectors import DecidedTogether


@dataclass(frozen=True, slots=True)
class CaseEvidence:
    """The evidence of one case as it stands: images in order, their current cells, and the models that analysed them.

    `images` and `cells` are in the form the content carries (see `reports.presenters.content`), `unknown_cameras` has the
    camera of each field whose model does not know it, by its number; the other two are for checks.
    """

    images: list[dict[str, Any]]
    cells: list[dict[str, Any]]
    models: list[dict[str, Any]]
    unknown_cameras: dict[int, CameraStanding]
    differential: Differential
    counts: dict[str, int]


def case_evidence(case: Case) -> CaseEvidence:
    """Return the evidence of `case`; where it is reviewed blinded, a cell nobody has named has no label.

    What is said of images is in the language that is active.
    """
    images = list(case.images.counting().select_related("microscope").order_by("ordinal"))
    rows = list(
        Cell.objects.current()
        .filter(image__case=case)
        .select_related("decided_by")
        .order_by("image__ordinal", "ordinal", "pk")
    )
    by_image: dict[UUID, SmearImage] = {image.pk: image for image in images}
    output = output_for_case(case)
    together = decided_together(case)
    hidden = {row.pk for row in rows if not row.is_named} if is_reviewed_blinded(case) else set()
    counted = Counter(row.label for row in rows if not row.excluded and row.label and row.pk not in hidden)
    return CaseEvidence(
        images=[_image(image, output.analyses.get(image.pk)) for image in images],
        cells=[
            _cell(
                row,
                by_image[row.image_id].ordinal,
                output.predictions.get(row.pk),
                together.get((row.decided_by_id, row.decided_at)) if row.decided_by_id and row.decided_at else None,
                hidden=row.pk in hidden,
            )
            for row in rows
        ],
        models=[_model(version) for version in output.model_versions],
        unknown_cameras=unknown_cameras_of_fields(case),
        differential=differential(
            counted, excluded=sum(row.excluded and not row.removed for row in rows), wbc=case.wbc
        ),
        counts=dict(counted),
    )


def _image(image: SmearImage, analysis: CurrentAnalysis | None) -> dict[str, Any]:
    quality = quality_verdict(analysis.quality) if analysis is not None else None
    return {
        "bytes": image.byte_size,
        "height": image.height,
        "id": str(image.pk),
        "media_type": image.media_type,
        "microscope": image.microscope.name if image.microscope else "",
        "ordinal": image.ordinal,
        "problem": in_words(image.problem),
        "quality": quality.verdict if quality else "",
        "remarks": [in_words(str(said)) for said in (*quality.sentences, quality.held_back, quality.advice) if said]
        if quality
        else [],
        "sha256": image.sha256,
        "state": str(image.state),
        "um_per_px": decimal_text(analysis.um_per_px if analysis is not None else None, 4),
        "width": image.width,
    }


def _cell(
    cell: Cell,
    ordinal: int,
    prediction: Prediction | None,
    together: DecidedTogether | None,
    *,
    hidden: bool,
) -> dict[str, Any]:
    return {
        "added": cell.is_added,
        "ai": None
        if prediction is None or hidden
        else {
            "identified": prediction.identified,
            "label": prediction.label,
            "model": str(prediction.model_version),
            "score": decimal_text(prediction.score, 4),
        },
        "box": list(cell.box),
        "by": str(cell.decided_by) if cell.decided_by is not None else "",
        "decided_together": together.cells if together is not None else 0,
        "displayed": together.displayed if together is not None else None,
        "excluded": cell.excluded,
        "exclusion_reason": cell.exclusion_reason,
        "field": ordinal,
        "flagged": cell.flagged,
        "human": cell.label_source == LabelSource.HUMAN,
        "id": str(cell.pk),
        "image": str(cell.image_id),
        "label": "" if hidden else cell.label,
        "n": cell.ordinal,
        "removed": cell.removed,
        "revision": cell.revision,
    }


def _model(version: ModelVersion) -> dict[str, Any]:
    return {
        "card_sha256": version.card_sha256,
        "id": str(version.pk),
        "name": version.name,
        "version": version.version,
    }


def decimal_text(value: Decimal | float | None, places: int) -> str:
    """Return a number as the content writes it, with `places` decimals; nothing for None."""
    return "" if value is None else f"{value:.{places}f}"
