"""What workers do. Each task calls one service; what is for learning comes behind everything that is clinical."""

from __future__ import annotations

import uuid

from education.services import class_invitations, predictions, recall
from hematovision.celery import QUEUE_INFERENCE, clinical_task


@clinical_task()
def recall_unsupported_cells() -> None:
    """Recall copied cells that a process which ended early left, hourly."""
    recall.recall_unsupported()


@clinical_task()
def send_invitations(group_id: str) -> None:
    """Send the invitations that wait in one class."""
    class_invitations.send_invitations(group_id=uuid.UUID(group_id))


@clinical_task()
def send_waiting_invitations() -> None:
    """Ask again for invitations that were lost with a broker or a worker."""
    class_invitations.send_waiting_invitations()


@clinical_task(queue=QUEUE_INFERENCE)
def predict_cell(prediction_id: str) -> None:
    """Ask the active model about one teaching cell, behind everything that is clinical."""
    predictions.predict_cell(prediction_id=uuid.UUID(prediction_id))
