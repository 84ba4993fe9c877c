"""What workers do. Each task takes primary keys and calls one service."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from hematovision.celery import clinical_task, hint
from integrations.services.feed import number_events
from integrations.services.kicks import SEND
from integrations.services.reconciliation import watch_reconciliation as watch
from integrations.services.sending import drain, due_connections
from integrations.services.stuck import follow_stuck_messages as tell_of_stuck_messages


@clinical_task()
def sweep_feed() -> None:
    """Put events in order whose process ended between its commit and their turn."""
    number_events()


@clinical_task()
def send_over(connection_id: str) -> None:
    """Make the messages of a connection, and send what is due."""
    drain(UUID(connection_id))


@clinical_task()
def send_due() -> None:
    """Ask for every connection for which something is due, whether its message was lost or its time has come."""
    for connection in due_connections(timezone.now()):
        hint(SEND, connection.pk)


@clinical_task()
def follow_stuck_messages() -> None:
    """Tell administrators of messages that wait for a person."""
    tell_of_stuck_messages()


@clinical_task()
def watch_reconciliation() -> None:
    """Tell administrators of signed results that did not arrive."""
    watch()
