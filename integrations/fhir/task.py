"""What the laboratory does for an order, as a Task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrations.fhir.order import specimen_reason, status_reason
from integrations.fhir.parts import concept, identifier, present, reference

if TYPE_CHECKING:
    from integrations.fhir.order import OrderRecord

TASK_STATUS = {
    "requested": "requested",
    "accepted": "accepted",
    "in_progress": "in-progress",
    "completed": "completed",
    "cancelled": "cancelled",
    "rejected": "rejected",
}
"""The status of a Task, by the state of the order."""


def task(order: OrderRecord, in_words: str) -> dict[str, Any]:
    """Return the Task of an order, whose id it has; `in_words` is how its case stands, or the order where there is none."""
    return present(
        resourceType="Task",
        id=order.pk,
        meta={"lastUpdated": order.updated},
        identifier=[identifier(order.placer_numbering, order.placer_number, "PLAC")],
        basedOn=[reference("ServiceRequest", order.pk)],
        status=TASK_STATUS[order.state],
        statusReason=status_reason(order) if order.rejected is None else specimen_reason(order.rejected),
        businessStatus=concept(text=in_words),
        intent="order",
        priority=order.priority,
        focus=reference("ServiceRequest", order.pk),
        for_=reference("Patient", order.patient),
        authoredOn=order.authored,
        lastModified=order.updated,
        owner=reference("Organization", order.laboratory),
        output=[
            {"type": concept(text="Signed report"), "valueReference": reference("DiagnosticReport", order.specimen)}
        ]
        if order.state == "completed"
        else [],
    )
