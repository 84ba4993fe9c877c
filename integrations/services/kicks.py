"""Asking workers to send, where something happened that a connection wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hematovision.celery import hint
from integrations.models import Connection
from integrations.wanted import wanted_types

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

SEND = "integrations.tasks.send_over"
"""Named here and not imported: the tasks import the services."""


def kick(happened: Iterable[tuple[UUID, str]]) -> None:
    """Ask for every connection that wants one of these types of events of its laboratory, given as (laboratory, type)."""
    types: dict[UUID, set[str]] = {}
    for laboratory, kind in happened:
        types.setdefault(laboratory, set()).add(kind)
    for connection in Connection.objects.outgoing().in_use().filter(laboratory__in=types):
        if wanted_types(connection) & types[connection.laboratory_id]:
            hint(SEND, connection.pk)
