"""What workers do. Each task takes primary keys and calls one service."""

from __future__ import annotations

import uuid

from celery import current_task
from django.db import InterfaceError, OperationalError

from classifier.services import explanations, runs, sweeping, unclassified_cells
from classifier.services.heartbeats import worker_name
from hematovision.celery import QUEUE_DEFAULT, QUEUE_INFERENCE, clinical_task


@clinical_task(queue=QUEUE_INFERENCE, retry_on=(OperationalError, InterfaceError))
def analyse_image(image_id: str) -> None:
    """Analyse one image with the active model, if its run is still waiting for a worker."""
    node = getattr(current_task.request, "hostname", None) or "direct"
    runs.run_analysis(image_id=uuid.UUID(image_id), worker=worker_name(node))


@clinical_task(queue=QUEUE_INFERENCE, retry_on=(OperationalError, InterfaceError))
def explain_cell(explanation_id: str) -> None:
    """Draw where the network saw a class in one cell."""
    explanations.explain_cell(explanation_id=uuid.UUID(explanation_id))


@clinical_task(queue=QUEUE_INFERENCE, retry_on=(OperationalError, InterfaceError))
def classify_cells(image_id: str) -> None:
    """Classify the cells of one image that its current analysis has not."""
    unclassified_cells.classify_cells(image_id=uuid.UUID(image_id))


@clinical_task(queue=QUEUE_DEFAULT)
def sweep() -> None:
    """Recover what a dead worker or a lost broker left behind."""
    sweeping.sweep()
