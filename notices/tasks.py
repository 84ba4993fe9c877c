"""What workers do. Each task takes primary keys and calls one service."""

from __future__ import annotations

import uuid

from django.db import OperationalError

from hematovision.celery import clinical_task
from notices.services import emails, pushes


@clinical_task(retry_on=(OperationalError, OSError), backoff_max=600)
def send_email(user_id: str) -> None:
    """Tell one person by e-mail that there is something new."""
    emails.send_email_to(user_id=uuid.UUID(user_id))


@clinical_task()
def send_waiting_emails() -> None:
    """Ask again for e-mails that were lost with a broker or a worker."""
    emails.send_waiting_emails()


@clinical_task(retry_on=(OperationalError, OSError), backoff_max=600)
def send_push(user_id: str) -> None:
    """Tell the browsers of one person that there is something new."""
    pushes.send_push_to(user_id=uuid.UUID(user_id))


@clinical_task()
def send_waiting_pushes() -> None:
    """Ask again for what was lost with a broker or a worker, and for what waited for the end of quiet hours."""
    pushes.send_waiting_pushes()
