"""What workers do. Each task takes primary keys and calls one service."""

from __future__ import annotations

from hematovision.celery import clinical_task
from integrations.services.feed import number_events
from integrations.services.reconciliation import watch_reconciliation as watch


@clinical_task()
def sweep_feed() -> None:
    """Put events in order whose process ended between its commit and their turn."""
    number_events()


@clinical_task()
def watch_reconciliation() -> None:
    """Tell administrators of signed results that did not arrive."""
    watch()
