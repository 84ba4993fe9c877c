"""What workers do for accounts. Each task takes primary keys and calls one service."""

from __future__ import annotations

import uuid

from django.db import OperationalError

from accounts.services import password_reset
from hematovision.celery import clinical_task


@clinical_task(retry_on=(OperationalError, OSError), backoff_max=600)
def answer_password_reset(request_id: str) -> None:
    """Send the link that one request for a new password asked for."""
    password_reset.answer_password_reset(request_id=uuid.UUID(request_id))


@clinical_task()
def sweep_password_resets() -> None:
    """Ask again for links that were lost with a broker or a worker."""
    password_reset.sweep_password_resets()
