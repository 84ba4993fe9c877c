"""The feed of events: written where something happens, put in order after the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from cases.models import Order, Patient
from integrations.models import EventType, FeedEvent, FeedHead
from integrations.services.kicks import kick

if TYPE_CHECKING:
    from django.db import models

    from cases.models import Case, SmearImage
    from reports.models import Report

AT_ONCE = 500
"""As many get their position in one transaction: the head stays locked no longer than that takes."""


def source_of(row: models.Model) -> str:
    """How an event names the row that it tells of."""
    return f"{row._meta.label_lower}:{row.pk}"


def write_event(
    kind: EventType,
    *,
    source: models.Model,
    concerns: Case | Order | Patient,
    image: SmearImage | None = None,
    report: Report | None = None,
) -> None:
    """Add an event to the feed, in the transaction of its caller; it gets its position when that is committed."""
    FeedEvent.objects.create(type=kind, source=source_of(source), image=image, report=report, **_whose(concerns))
    # What waits longer because this failed gets its position with the next one, or from the sweep.
    transaction.on_commit(number_events, robust=True)


def _whose(concerns: Case | Order | Patient) -> dict[str, Any]:
    """The record that an event is about, and the places that may know of it."""
    if isinstance(concerns, Patient):
        place = concerns.organisation
        return {"laboratory": place.laboratory or place, "clinic": place, "patient": concerns}
    places = {"laboratory_id": concerns.laboratory_id, "clinic_id": concerns.clinic_id}
    about = {"order": concerns, "case_id": concerns.case_id} if isinstance(concerns, Order) else {"case": concerns}
    return {**places, "patient_id": concerns.patient_id, **about}


def number_events() -> int:
    """Give every committed event without a position the next one, in the order in which they were written; how many there were.

    Workers are asked to send what a connection wants to know.

    Whoever holds the head sees all that was committed before, and nobody else gives positions meanwhile: what is committed
    later comes later. Two events of one case are in the order in which they happened, since a case is locked by
    whoever changes it.
    """
    numbered = 0
    while FeedEvent.objects.filter(position__isnull=True).exists():
        with transaction.atomic():
            head, _ = FeedHead.objects.select_for_update().get_or_create(pk=FeedHead.THE_ONE)
            waiting = list(
                FeedEvent.objects.filter(position__isnull=True)
                .order_by("id")
                .only("id", "laboratory_id", "type")[:AT_ONCE]
            )
            if not waiting:
                break
            for place, event in enumerate(waiting, start=head.position + 1):
                event.position = place
            FeedEvent.objects.bulk_update(waiting, ["position"])
            head.position += len(waiting)
            head.save(update_fields=["position"])
        numbered += len(waiting)
        kick((event.laboratory_id, event.type) for event in waiting)
    return numbered
