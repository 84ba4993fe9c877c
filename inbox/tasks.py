"""What workers do. Each task calls one service."""

from __future__ import annotations

from hematovision.celery import clinical_task
from inbox.services import deliveries, reminders


@clinical_task()
def follow_up_reports() -> None:
    """Send reports whose signal was lost, then remind of what nobody acknowledged."""
    deliveries.deliver_forgotten_reports()
    reminders.remind()
