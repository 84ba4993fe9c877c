"""What workers do for oversight."""

from __future__ import annotations

from uuid import UUID

from hematovision.celery import QUEUE_DEFAULT, clinical_task
from oversight.services import case_turnarounds, drift_watch, tallies, turnaround, verification_runs

_MOST_CASES = 2000
_LONGEST = int(verification_runs.LONGEST.total_seconds())


@clinical_task(queue=QUEUE_DEFAULT)
def watch_drift() -> None:
    """Say at which laboratories the active model does worse than its card says."""
    drift_watch.watch_drift()


@clinical_task(queue=QUEUE_DEFAULT)
def tally_cases() -> None:
    """Count the reviewed cells of cases that changed since they were counted."""
    tallies.tally_cases(most=_MOST_CASES)


@clinical_task(queue=QUEUE_DEFAULT)
def time_signed_cases() -> None:
    """Keep how long the cases took that were signed since the last time."""
    case_turnarounds.time_signed_cases(most=_MOST_CASES)


@clinical_task(queue=QUEUE_DEFAULT, soft_time_limit=_LONGEST, time_limit=_LONGEST + 300)
def verify_all(run_id: str) -> None:
    """Run every verification for a run that waits."""
    verification_runs.run_verification(run_id=UUID(run_id))


@clinical_task(queue=QUEUE_DEFAULT)
def follow_verifications() -> None:
    """Ask for the weekly verification when it is due; nothing waits for ever."""
    verification_runs.follow_verifications()


@clinical_task(queue=QUEUE_DEFAULT)
def measure_turnaround() -> None:
    """Measure how long the results of each laboratory usually take."""
    turnaround.measure_turnaround()
