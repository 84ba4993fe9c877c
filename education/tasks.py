"""What workers do. Each task calls one service."""

from __future__ import annotations

from education.services import recall
from hematovision.celery import clinical_task


@clinical_task()
def recall_unsupported_cells() -> None:
    """Recall copied cells that a process which ended early left, hourly."""
    recall.recall_unsupported()
