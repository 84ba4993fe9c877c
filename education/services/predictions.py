"""What the active model says of teaching cells: asked for when a cell is shown, made by a worker, behind all clinical work."""

from __future__ import annotations

import io
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import structlog
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from PIL import Image

from cases.storage import clinical_storage
from classifier import analyser
from classifier.inference.errors import InferenceError
from classifier.selectors import model_on
from education.models import MaterialState, PredictionState, TeachingPrediction
from hematovision.celery import hint

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from classifier.inference.types import CellPrediction, Rgb
    from education.models import TeachingCell

log = structlog.get_logger(__name__)

PREDICT_CELL = "education.tasks.predict_cell"
"""Named here and not imported: the task imports this service."""
RANK = 9
"""The last there is: whatever is clinical is taken first."""
ASK_AGAIN_AFTER = timedelta(seconds=60)
"""A waiting prediction is asked for again after this long: its message may be gone."""


def ask_for_prediction(*, cell: TeachingCell) -> None:
    """Have a worker ask the active model about `cell`, unless that was done. Nobody waits for it.

    Without a model in use, or without a scale of the picture, there is nothing to ask.
    """
    version = model_on(None)
    if version is None or cell.um_per_px is None:
        return
    prediction, is_new = TeachingPrediction.objects.get_or_create(cell=cell, model_version=version)
    now = timezone.now()
    if not is_new:
        if prediction.state != PredictionState.WAITING or now - prediction.asked_at < ASK_AGAIN_AFTER:
            return
        TeachingPrediction.objects.filter(pk=prediction.pk).update(asked_at=now)
    transaction.on_commit(partial(hint, PREDICT_CELL, prediction.pk, rank=RANK))


def predict_cell(*, prediction_id: UUID) -> None:
    """Ask the model about a waiting cell in this worker. Running twice writes once; a recalled cell is not asked about."""
    waiting = TeachingPrediction.objects.filter(pk=prediction_id, state=PredictionState.WAITING)
    prediction = waiting.select_related("cell", "model_version").first()
    if prediction is None or prediction.cell.state == MaterialState.RECALLED:
        return
    try:
        said, maps = _asked(prediction)
    except InferenceError as error:
        log.warning("teaching_prediction_failed", prediction_id=str(prediction_id), error=type(error).__name__)
        waiting.update(state=PredictionState.FAILED)
        return
    with transaction.atomic():
        row = waiting.select_for_update().first()
        if row is None or row.cell.state == MaterialState.RECALLED:
            return
        row.state, row.label, row.score = PredictionState.DONE, said.label, said.score
        row.probabilities = {label: round(share, 4) for label, share in said.probabilities.items()}
        row.heat_maps.save("", ContentFile(maps), save=False)
        row.save()


def forget_predictions(*, cells: Collection[UUID]) -> None:
    """Remove what models said of `cells` with the heat maps, which show them. Called where cells are recalled."""
    rows = TeachingPrediction.objects.filter(cell__in=cells)
    for name in rows.exclude(heat_maps="").values_list("heat_maps", flat=True):
        transaction.on_commit(partial(clinical_storage().delete, name), robust=True)
    rows.delete()


def _asked(prediction: TeachingPrediction) -> tuple[CellPrediction, bytes]:
    cell, version = prediction.cell, prediction.model_version
    scale = cell.um_per_px or 0.0
    with cell.picture.open("rb") as file:
        rgb = np.asarray(Image.open(file).convert("RGB"))
    # The cell is in the middle; no detector drew a box.
    box = (0, 0, rgb.shape[1], rgb.shape[0])
    engine = analyser.installed()
    (said,) = engine.classify(version, rgb, boxes=[box], um_per_px=scale, held_back=False)
    maps = [engine.explain(version, rgb, box=box, um_per_px=scale, label=label) for label in said.probabilities]
    return said, _webp(maps)


def _webp(pictures: list[Rgb]) -> bytes:
    """Pictures side by side, pixels alone."""
    written = io.BytesIO()
    Image.fromarray(np.concatenate(pictures, axis=1)).save(written, format="WEBP", quality=80)
    return written.getvalue()
