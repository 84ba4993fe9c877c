"""Remove what is past its period, and say so in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.models import Action
from audit.services import record
from oversight.retention import KINDS, Kind, due, periods

#: Rows of one transaction: the head of the audit trail is locked by it, and nobody should wait for that.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Applied:
    """What was found due of one kind, and how much of it was removed."""

    kind: Kind
    days: int
    due: int
    removed: int


def apply_retention(*, actor: Any, remove: bool) -> list[Applied]:
    """Count what is due of every kind and, with `remove`, remove it; `actor` None is the system.

    Each batch is removed together with its event: broken off, what is gone is in the audit trail. Raises `Unprocessable`
    where the periods are not understood, before anything is removed.
    """
    now = timezone.now()
    days = {name: period.days for name, period in periods().items()}
    applied = []
    for kind in KINDS:
        queries = due(kind, now)
        counted = sum(rows.count() for rows in queries)
        removed = sum(_remove(actor, kind, days[kind.name], rows, now) for rows in queries) if remove else 0
        applied.append(Applied(kind, days[kind.name], counted, removed))
    return applied


def _remove(actor: Any, kind: Kind, days: int, rows: QuerySet[Any], now: datetime) -> int:
    """Remove the rows of one table, a batch at a time; returns how many."""
    total = 0
    while True:
        with transaction.atomic():
            batch = list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH])
            if not batch:
                return total
            kind.remove(rows.model._default_manager.filter(pk__in=batch))
            record(
                actor=actor,
                action=Action.DELETE,
                object_type=rows.model._meta.label_lower,
                reason=f"Retention of {kind.name}: older than {days} days.",  # not translated
                after={"rows": len(batch), "of": now.isoformat(timespec="seconds")},
            )
        total += len(batch)
