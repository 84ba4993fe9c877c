"""What workers do for oversight."""

from __future__ import annotations

from hematovision.celery import QUEUE_DEFAULT, clinical_task
from oversight.services import drift_watch, tallies

_MOST_CASES = 2000


@clinical_task(queue=QUEUE_DEFAULT)
def watch_drift() -> None:
    """Say at which laboratories the active model does worse than its card says."""
    drift_watch.watch_drift()


@clinical_task(queue=QUEUE_DEFAULT)
def tally_cases() -> None:
    """Count the reviewed cells of cases that changed since they were counted."""
    tallies.tally_cases(most=_MOST_CASES)
