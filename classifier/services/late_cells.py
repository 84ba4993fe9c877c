"""Cells that came after their image was read: drawn by a reader, or kept when another model read the image.

Each is read by the model whose reading of the image stands, so that a case speaks with one version.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import structlog
from celery import current_app
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef

from audit.models import Action
from audit.services import record
from cases.cell_classes import UNIDENTIFIED
from cases.models import Cell, SmearImage
from cases.services.transitions import lock_image
from classifier import reader
from classifier.inference.errors import InferenceError
from classifier.models import Analysis, AnalysisState, Prediction
from classifier.services.pictures import open_picture
from classifier.services.queueing import broker_errors
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from classifier.inference.types import CellResult
    from classifier.models import ModelVersion

log = structlog.get_logger(__name__)

CLASSIFY_CELLS = "classifier.tasks.classify_cells"
#: Somebody who waits asks again and again; a message is sent again after this many seconds.
ASK_AGAIN_AFTER_S = 20


def request_cell_readings(*, image_id: uuid.UUID, again: bool = False) -> bool:
    """Tell the workers that an image has cells nobody has read; True when the broker took the message.

    With `again` for somebody who still waits: sent at most every 20 seconds.
    """
    is_first = cache.add(f"classifier.late_cells.{image_id}", 1, timeout=ASK_AGAIN_AFTER_S)
    if again and not is_first:
        return False
    try:
        current_app.send_task(CLASSIFY_CELLS, args=[str(image_id)], queue="inference", retry=False, ignore_result=True)
    except broker_errors() as error:
        # The cell stays unread; the page asks again, and the reader can name it meanwhile.
        log.warning("late_cells_not_sent", image_id=str(image_id), error=type(error).__name__)
        return False
    return True


def classify_cells(*, image_id: uuid.UUID) -> int:
    """Read the current cells of an image that its standing model has not read; returns how many predictions were
    written.

    Running twice writes once. What the model or the file cannot give is logged and leaves the cells as they are.
    """
    analysis = _standing(image_id)
    version = analysis.model_version if analysis is not None else None
    if analysis is None or version is None or analysis.um_per_px is None:
        return 0
    cells = list(unread_cells(analysis))
    if not cells:
        return 0
    try:
        results = reader.installed().classify(
            version,
            open_picture(analysis.image),
            boxes=[cell.box for cell in cells],
            um_per_px=analysis.um_per_px,
        )
    except (DomainError, InferenceError) as error:
        log.warning("late_cells_unread", image_id=str(image_id), problem=error.sentence)
        return 0
    return _store(analysis, version, cells, results)


def unread_cells(analysis: Analysis) -> QuerySet[Cell]:
    """Return the current cells of an analysis' image that its model has not read."""
    read = Prediction.objects.filter(cell=OuterRef("pk"), model_version=analysis.model_version)
    return Cell.objects.current().filter(~Exists(read), image=analysis.image_id).order_by("locator", "ordinal")


def _standing(image_id: uuid.UUID) -> Analysis | None:
    return (
        Analysis.objects.filter(image_id=image_id, state=AnalysisState.DONE)
        .select_related("image__case", "model_version")
        .order_by("-finished_at", "-queued_at")
        .first()
    )


def _store(analysis: Analysis, version: ModelVersion, cells: Sequence[Cell], results: Sequence[CellResult]) -> int:
    written = 0
    with transaction.atomic():
        image = lock_image(SmearImage.objects.select_related("case").get(pk=analysis.image_id))
        still_unread = {cell.pk: cell for cell in unread_cells(analysis)}
        for seen, result in zip(cells, results, strict=True):
            cell = still_unread.get(seen.pk)
            if cell is None:
                continue
            score = min(max(float(result.score), 0.0), 1.0)
            Prediction.objects.create(
                analysis=analysis,
                cell=cell,
                model_version=version,
                label=result.best_label,
                score=score,
                probabilities={label: float(p) for label, p in result.probabilities.items()},
                identified=result.identified,
                novelty=None if result.novelty is None else float(result.novelty),
            )
            written += 1
            if not cell.is_reviewed:
                cell.label = result.best_label if result.identified else UNIDENTIFIED
                cell.score = score
                cell.revision += 1
                cell.save(update_fields=["label", "score", "revision"])
        if written:
            record(
                actor=None,
                action=Action.RUN_AI,
                target=image,
                patient_id=image.case.patient_id,
                laboratory_id=image.case.laboratory_id,
                after={"analysis": str(analysis.pk), "model": str(version), "late_cells": written},
            )
    return written
