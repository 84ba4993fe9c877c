"""Cells without a prediction of the current model: drawn by a reviewer, or kept when another model analysed the image.

Each is classified by the model whose analysis of the image is current, so that a case speaks with one model.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import structlog
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef

from audit.models import Action
from audit.services import record
from cases.cell_classes import UNIDENTIFIED
from cases.models import Cell, SmearImage
from cases.services.transitions import lock_image
from cases.signals import cells_changed
from classifier import analyser
from classifier.inference.errors import InferenceError
from classifier.models import Prediction
from classifier.selectors import camera_standing, current_analysis
from classifier.services.stored_images import open_stored_image
from classifier.standing import Standing, is_named
from classifier.verification import analysis_digest
from hematovision.celery import hint_on_commit
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from classifier.inference.types import CellPrediction
    from classifier.models import Analysis, ModelVersion

log = structlog.get_logger(__name__)

CLASSIFY_CELLS = "classifier.tasks.classify_cells"
#: Somebody who waits asks again and again; a message is sent again after this many seconds.
ASK_AGAIN_AFTER_S = 20


def request_classification(*, image_id: uuid.UUID, again: bool = False) -> None:
    """Tell the workers that an image has unclassified cells, once the present transaction holds.

    With `again` for somebody who still waits: sent at most every 20 seconds. With a broker that is away the cell stays
    unclassified; the page asks again, and the reviewer can name it meanwhile.
    """
    is_first = cache.add(f"classifier.late_cells.{image_id}", 1, timeout=ASK_AGAIN_AFTER_S)
    if is_first or not again:
        hint_on_commit(CLASSIFY_CELLS, image_id)


def classify_cells(*, image_id: uuid.UUID) -> int:
    """Classify the current cells of an image that its current model has not; returns how many predictions were written.

    Running twice writes once. What the model or the file cannot give is logged and leaves the cells as they are.
    """
    analysis = current_analysis(image_id)
    version = analysis.model_version if analysis is not None else None
    if analysis is None or version is None or analysis.um_per_px is None:
        return 0
    cells = list(cells_to_classify(analysis))
    if not cells:
        return 0
    try:
        results = analyser.installed().classify(
            version,
            open_stored_image(analysis.image),
            boxes=[cell.box for cell in cells],
            um_per_px=analysis.um_per_px,
            held_back=analysis.is_held_back,
        )
    except (DomainError, InferenceError) as error:
        log.warning("cells_not_classified", image_id=str(image_id), problem=error.sentence)
        return 0
    return _store(analysis, version, cells, results)


def cells_to_classify(analysis: Analysis) -> QuerySet[Cell]:
    """Return the current cells of an analysis' image that its model has not classified."""
    classified = Prediction.objects.filter(cell=OuterRef("pk"), model_version=analysis.model_version)
    return Cell.objects.current().filter(~Exists(classified), image=analysis.image_id).order_by("detector", "ordinal")


def _store(analysis: Analysis, version: ModelVersion, cells: Sequence[Cell], results: Sequence[CellPrediction]) -> int:
    written = 0
    standing = camera_standing(version=version, image=analysis.image)
    with transaction.atomic():
        image = lock_image(SmearImage.objects.select_related("case").get(pk=analysis.image_id))
        still_to_classify = {cell.pk: cell for cell in cells_to_classify(analysis)}
        for seen, result in zip(cells, results, strict=True):
            cell = still_to_classify.get(seen.pk)
            if cell is None:
                continue
            score = min(max(float(result.score), 0.0), 1.0)
            named = is_named(
                score=score,
                identified=result.identified,
                standing=Standing(standing.state) if standing else Standing.FEW,
                rule=image.case.laboratory.unknown_camera,
                card=version.card,
            )
            Prediction.objects.create(
                analysis=analysis,
                cell=cell,
                model_version=version,
                label=result.best_label,
                score=score,
                probabilities={label: float(p) for label, p in result.probabilities.items()},
                identified=named,
                novelty=None if result.novelty is None else float(result.novelty),
            )
            written += 1
            if not cell.is_reviewed:
                cell.label = result.best_label if named else UNIDENTIFIED
                cell.score = score
                cell.revision += 1
                cell.save(update_fields=["label", "score", "revision"])
        if written:
            cells_changed.send(sender=Cell, case_id=image.case_id)
            record(
                actor=None,
                action=Action.RUN_AI,
                target=image,
                patient_id=image.case.patient_id,
                laboratory_id=image.case.laboratory_id,
                after={
                    "analysis": str(analysis.pk),
                    "model": str(version),
                    "late_cells": written,
                    "predicted": analysis_digest(analysis.pk),
                },
            )
    return written
