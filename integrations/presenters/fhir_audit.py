"""From the audit trail to the values that `integrations.fhir` makes resources of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.fhir.audit_event import EventRecord
from reports.presenters.content import time_text

if TYPE_CHECKING:
    from audit.models import AuditEvent


def event_record(event: AuditEvent) -> EventRecord:
    """Return an event as the mapping takes it."""
    return EventRecord(
        pk=str(event.pk),
        at=time_text(event.at),
        action=event.action,
        action_label=str(event.get_action_display()),
        outcome=event.outcome,
        reason=event.reason,
        actor=str(event.actor_id or ""),
        actor_name=event.actor_name,
        actor_role=event.actor_role,
        by_program=bool(event.token),
        address=event.ip or "",
        organisation=event.organisation,
        object_type=event.object_type,
        object_id=event.object_id,
        patient=str(event.patient_id or ""),
        request=event.request_id,
    )
