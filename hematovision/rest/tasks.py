"""What workers do for the API."""

from __future__ import annotations

from hematovision.celery import clinical_task
from hematovision.rest.idempotency import forget_old_answers


@clinical_task()
def forget_stored_answers() -> None:
    """Delete answers kept for repeated requests that are past their time."""
    forget_old_answers()
