"""Proposals on the queue of analyses, because somebody waits for them; calibrations on the queue of trainings."""

from __future__ import annotations

import uuid

from calibration.services import proposals, runs
from hematovision.celery import QUEUE_DEFAULT, QUEUE_INFERENCE, clinical_task
from training_runs.services.requests import QUEUE

HOUR = 3600


@clinical_task(queue=QUEUE_INFERENCE)
def propose_cells(proposal_id: str) -> None:
    """Choose the cells to label next."""
    proposals.make_proposal(proposal_id=uuid.UUID(proposal_id))


@clinical_task(queue=QUEUE, soft_time_limit=HOUR, time_limit=HOUR + 60)
def run_calibrations() -> None:
    """Run what waits, oldest first; the message is only a nudge, the rows say what there is to do."""
    runs.run_waiting()


@clinical_task(queue=QUEUE_DEFAULT)
def sweep_calibrations() -> None:
    """Recover calibrations of workers that fell silent."""
    runs.sweep_calibrations()
