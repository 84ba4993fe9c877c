"""What workers do for the audit trail."""

from __future__ import annotations

from audit.services import write_daily_checkpoint
from hematovision.celery import QUEUE_DEFAULT, clinical_task
from hematovision.errors import Conflict


@clinical_task(queue=QUEUE_DEFAULT, soft_time_limit=3000, time_limit=3300)
def checkpoint_audit() -> None:
    """Write today's signed checkpoint, if there is none yet. A refusal is logged and recorded where it is made."""
    try:
        write_daily_checkpoint()
    except Conflict:
        return
