"""Which rows of the record become events of the feed, and what else is listened to below.

The receivers run inside the transaction that writes the row: nothing is committed without its event, and no event without
what it tells of.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save

from cases.models import CaseTransition, FieldReturn, ImageTransition, OrderTransition, PatientMerge, PatientMergeUndo
from cases.signals import field_keys_rotated
from cases.states import CaseState, ImageState, OrderState
from inbox.models import Acknowledgement
from integrations.models import EventType
from integrations.services.feed import write_event
from integrations.services.message_bodies import rotate_connections, rotate_messages
from reports.models import Report

CASE_STEPS = {
    CaseState.SUBMITTED: EventType.CASE_SUBMITTED,
    CaseState.READY: EventType.CASE_READY,
    CaseState.IN_REVIEW: EventType.CASE_IN_REVIEW,
    CaseState.CANCELLED: EventType.CASE_CANCELLED,
    CaseState.REJECTED: EventType.CASE_REJECTED,
    CaseState.DELIVERED: EventType.REPORT_OPENED,
}
"""Signatures are told of by the report itself."""

ORDER_STEPS = {
    OrderState.REQUESTED: EventType.ORDER_RECEIVED,
    OrderState.ACCEPTED: EventType.ORDER_ACCEPTED,
    OrderState.CANCELLED: EventType.ORDER_CANCELLED,
    OrderState.REJECTED: EventType.ORDER_REJECTED,
}
"""From accepted on an order follows its case, whose events tell the rest."""

IMAGE_STEPS = {ImageState.REJECTED: EventType.IMAGE_REJECTED, ImageState.FAILED: EventType.IMAGE_FAILED}


def connect() -> None:
    """Listen to each kind of row."""
    for sender, receiver in (
        (PatientMerge, patient_merged),
        (PatientMergeUndo, patient_parted),
        (OrderTransition, order_stepped),
        (CaseTransition, case_stepped),
        (ImageTransition, image_stepped),
        (FieldReturn, field_sent_back),
        (Report, report_written),
        (Acknowledgement, report_acknowledged),
    ):
        post_save.connect(receiver, sender=sender, dispatch_uid=f"integrations.{receiver.__name__}")
    field_keys_rotated.connect(field_keys_were_rotated, dispatch_uid="integrations.field_keys_were_rotated")


def patient_merged(*, instance: PatientMerge, created: bool, **_: Any) -> None:
    """A record was merged into another, which it names."""
    if created:
        write_event(EventType.PATIENT_MERGED, source=instance, concerns=instance.from_patient)


def patient_parted(*, instance: PatientMergeUndo, created: bool, **_: Any) -> None:
    """A record that was merged stands for itself again."""
    if created:
        write_event(EventType.PATIENT_PARTED, source=instance, concerns=instance.merge.from_patient)


def order_stepped(*, instance: OrderTransition, created: bool, **_: Any) -> None:
    """An order came in, or to another state. That one waits again is told by its case, whose specimen was rejected."""
    kind = ORDER_STEPS.get(OrderState(instance.to_state))
    waits_again = instance.from_state and instance.to_state == OrderState.REQUESTED
    if created and not waits_again and kind is not None:
        write_event(kind, source=instance, concerns=instance.order)


def case_stepped(*, instance: CaseTransition, created: bool, **_: Any) -> None:
    """A case came to another state."""
    kind = CASE_STEPS.get(CaseState(instance.to_state))
    if created and kind is not None:
        report = None
        if kind == EventType.REPORT_OPENED:
            report = Report.objects.filter(case=instance.case_id).order_by("-version").first()
        write_event(kind, source=instance, concerns=instance.case, report=report)


def image_stepped(*, instance: ImageTransition, created: bool, **_: Any) -> None:
    """An image came to a state in which somebody has to send another one, or to try again."""
    kind = IMAGE_STEPS.get(ImageState(instance.to_state))
    if created and kind is not None:
        write_event(kind, source=instance, concerns=instance.image.case, image=instance.image)


def field_sent_back(*, instance: FieldReturn, created: bool, **_: Any) -> None:
    """A reviewer sent a field back: whoever sent it sends a better one in its place."""
    if created:
        write_event(EventType.IMAGE_SENT_BACK, source=instance, concerns=instance.image.case, image=instance.image)


def report_written(*, instance: Report, created: bool, **_: Any) -> None:
    """A version of a report was signed."""
    if created:
        kind = "signed" if instance.version == 1 else instance.kind
        write_event(EventType(f"report.{kind}"), source=instance, concerns=instance.case, report=instance)


def report_acknowledged(*, instance: Acknowledgement, created: bool, **_: Any) -> None:
    """A person at the clinic acknowledged a version."""
    if created:
        delivery = instance.delivery
        write_event(EventType.REPORT_ACKNOWLEDGED, source=instance, concerns=delivery.case, report=delivery.report)


def field_keys_were_rotated(**_: Any) -> dict[str, int]:
    """What other systems sent and got, and the keys of connections, are written anew under the first field key."""
    return {"messages": rotate_messages(), "connections": rotate_connections()}
