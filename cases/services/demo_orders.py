"""Demo orders that wait, and one that was taken back, through the same services people use. For local use only."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Role, User
from cases.models import Order, OrderSource, Patient, Priority
from cases.services.orders import cancel_order, receive_order


@dataclass(frozen=True, slots=True)
class OrderStory:
    """One demo order: of which clinic and demo patient, what it asks, and why it was taken back."""

    clinic: str
    mrn: str
    number: str
    question: str
    orderer: str
    priority: str = Priority.ROUTINE
    cancelled_because: str = ""


STORIES: tuple[OrderStory, ...] = (
    OrderStory("riverside-clinic", "DEMO-0002", "ORD-1002", "Eosinophils after treatment?", "Dr. Sample Ten"),
    OrderStory("riverside-clinic", "DEMO-0007", "ORD-1003", "Blasts?", "Dr. Sample Ten", priority=Priority.STAT),
    OrderStory("hilltop-clinic", "DEMO-0004", "ORD-2001", "Control after transfusion.", "Dr. Sample Eleven"),
    OrderStory(
        "hilltop-clinic",
        "DEMO-0006",
        "ORD-2002",
        "Platelet clumps?",
        "Dr. Sample Eleven",
        cancelled_because="It was ordered twice.",
    ),
)


def seed_orders() -> int:
    """Place the demo orders that are not there yet; returns how many. Clinics and patients of the demo have to be there."""
    return sum(_place(story) for story in STORIES)


def _place(story: OrderStory) -> bool:
    if Order.objects.filter(clinic__slug=story.clinic, placer_number=story.number).exists():
        return False
    uploader = User.objects.filter(organisation__slug=story.clinic, role=Role.UPLOADER).order_by("date_joined").first()
    patient = Patient.objects.filter(organisation__slug=story.clinic).with_mrn(story.mrn).first()
    if uploader is None or patient is None:
        return False
    order = receive_order(
        actor=uploader,
        patient=patient,
        placer_number=story.number,
        received_by=OrderSource.PAGE,
        priority=story.priority,
        clinical_question=story.question,
        ordering_name=story.orderer,
    )
    if story.cancelled_because:
        cancel_order(actor=uploader, order=order, reason=story.cancelled_because)
    return True
