"""What workers do. Each task calls one service; what is for learning comes behind everything that is clinical."""

from __future__ import annotations

import uuid

from education.services import predictions, recall
from hematovision.celery import QUEUE_INFERENCE, clinical_task


@clinical_task()
def recall_unsupported_cells() -> None:
    """Recall copied cells that a process which ended early left, hourly."""
    recall.recall_unsupported()


@clinical_task(queue=QUEUE_INFERENCE)
def predict_cell(prediction_id: str) -> None:
    """Ask the active model about one teaching cell, behind everything that is clinical."""
    predictions.predict_cell(prediction_id=uuid.UUID(prediction_id))
