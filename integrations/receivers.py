"""Which rows of the record become events of the feed.

The receivers run inside the transaction that writes the row: nothing is committed without its event, and no event without
what it tells of.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save

from cases.models import CaseTransition, ImageTransition
from cases.states import CaseState, ImageState
from inbox.models import Acknowledgement
from integrations.models import EventType
from integrations.services.feed import write_event
from reports.models import Report

CASE_STEPS = {
    CaseState.SUBMITTED: EventType.CASE_SUBMITTED,
    CaseState.READY: EventType.CASE_READY,
    CaseState.IN_REVIEW: EventType.CASE_IN_REVIEW,
    CaseState.CANCELLED: EventType.CASE_CANCELLED,
    CaseState.DELIVERED: EventType.REPORT_OPENED,
}
"""Signatures are told of by the report itself."""

IMAGE_STEPS = {ImageState.REJECTED: EventType.IMAGE_REJECTED, ImageState.FAILED: EventType.IMAGE_FAILED}


def connect() -> None:
    """Listen to each kind of row."""
    for sender, receiver in (
        (CaseTransition, case_stepped),
        (ImageTransition, image_stepped),
        (Report, report_written),
        (Acknowledgement, report_acknowledged),
    ):
        post_save.connect(receiver, sender=sender, dispatch_uid=f"integrations.{receiver.__name__}")


def case_stepped(*, instance: CaseTransition, created: bool, **_: Any) -> None:
    """A case came to another state."""
    kind = CASE_STEPS.get(CaseState(instance.to_state))
    if created and kind is not None:
        report = None
        if kind == EventType.REPORT_OPENED:
            report = Report.objects.filter(case=instance.case_id).order_by("-version").first()
        write_event(kind, source=instance, case=instance.case, report=report)


def image_stepped(*, instance: ImageTransition, created: bool, **_: Any) -> None:
    """An image came to a state in which somebody has to send another one, or to try again."""
    kind = IMAGE_STEPS.get(ImageState(instance.to_state))
    if created and kind is not None:
        write_event(kind, source=instance, case=instance.image.case, image=instance.image)


def report_written(*, instance: Report, created: bool, **_: Any) -> None:
    """A version of a report was signed."""
    if created:
        kind = "signed" if instance.version == 1 else instance.kind
        write_event(EventType(f"report.{kind}"), source=instance, case=instance.case, report=instance)


def report_acknowledged(*, instance: Acknowledgement, created: bool, **_: Any) -> None:
    """A person at the clinic acknowledged a version."""
    if created:
        delivery = instance.delivery
        write_event(EventType.REPORT_ACKNOWLEDGED, source=instance, case=delivery.case, report=delivery.report)
