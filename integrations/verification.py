"""Whether the feed tells of everything that happened since it began, and in one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Max

from cases.models import CaseTransition, FieldReturn, ImageTransition, OrderTransition, PatientMerge, PatientMergeUndo
from hematovision.chunks import chunks_of
from hematovision.verifications import Finding
from inbox.models import Acknowledgement
from integrations.models import FeedEvent, FeedHead
from integrations.receivers import CASE_STEPS, IMAGE_STEPS, ORDER_STEPS
from integrations.services.feed import source_of
from reports.models import Report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

EVENT = FeedEvent._meta.label_lower


def told_of(since: datetime) -> Iterator[QuerySet]:  # type: ignore[type-arg]
    """The rows of the record that the feed has to tell of."""
    yield PatientMerge.objects.filter(merged_at__gte=since)
    yield PatientMergeUndo.objects.filter(undone_at__gte=since)
    yield OrderTransition.objects.filter(at__gte=since, to_state__in=ORDER_STEPS)
    yield CaseTransition.objects.filter(at__gte=since, to_state__in=CASE_STEPS)
    yield ImageTransition.objects.filter(at__gte=since, to_state__in=IMAGE_STEPS)
    yield FieldReturn.objects.filter(at__gte=since)
    yield Report.objects.filter(created_at__gte=since)
    yield Acknowledgement.objects.filter(at__gte=since)


def check_feed() -> Iterator[Finding]:
    """Every step, report and acknowledgement has its event, and positions go from one to the last without a gap."""
    head = FeedHead.objects.filter(pk=FeedHead.THE_ONE).first()
    if head is None:
        if FeedEvent.objects.exists():
            yield Finding(EVENT, "", "The feed has no head: nobody knows where it ends.")
        return
    for rows in told_of(head.began_at):
        for chunk in chunks_of(rows, by=("pk",)):
            sources = {source_of(row): row for row in chunk}
            told = set(FeedEvent.objects.filter(source__in=sources).values_list("source", flat=True))
            for source in sources.keys() - told:
                yield Finding(
                    source.partition(":")[0], source.partition(":")[2], "The feed of events does not tell of it."
                )
    found = FeedEvent.objects.filter(position__isnull=False).aggregate(number=Count("pk"), last=Max("position"))
    if not found["number"] == (found["last"] or 0) == head.position:
        yield Finding(
            EVENT,
            "",
            f"The feed ends at {head.position}, has {found['number']} events, and the last is {found['last']}.",
        )
