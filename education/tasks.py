"""What workers do for learning, behind everything that is clinical."""

from __future__ import annotations

import uuid

from education.services import predictions
from hematovision.celery import QUEUE_INFERENCE, clinical_task


@clinical_task(queue=QUEUE_INFERENCE)
def predict_cell(prediction_id: str) -> None:
    """Ask the active model about one teaching cell."""
    predictions.predict_cell(prediction_id=uuid.UUID(prediction_id))
