"""Training as tasks of the queue `training`: long, one at a time on a host, safe to deliver twice."""

from __future__ import annotations

import socket
from typing import Any

from celery import signals

from hematovision.celery import QUEUE_DEFAULT, clinical_task
from training_runs.services import runs
from training_runs.services.requests import QUEUE

#: Training takes days; what guards against a hung one is its silence, not a clock.
FOURTEEN_DAYS = 14 * 24 * 3600


@clinical_task(queue=QUEUE, soft_time_limit=FOURTEEN_DAYS, time_limit=FOURTEEN_DAYS + 60)
def run_training() -> None:
    """Run what waits, oldest first; the message is only a nudge, the rows say what there is to do."""
    runs.run_waiting(host=socket.gethostname())


@clinical_task(queue=QUEUE_DEFAULT)
def sweep_trainings() -> None:
    """Recover trainings of hosts that fell silent."""
    runs.sweep_trainings()


@signals.worker_shutting_down.connect
def let_go(**_: Any) -> None:
    """A worker that stops gives its training back; it goes on from its last epoch elsewhere or later."""
    runs.stopping.set()
