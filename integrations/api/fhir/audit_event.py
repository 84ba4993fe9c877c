"""The audit trail, for the auditors of a laboratory and their clients."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import OVERSEERS
from audit.models import AuditEvent
from cases.services.audit_trail import record_view
from integrations.api.fhir.params import Param, any_of, by_id, by_moment
from integrations.api.fhir.search import FhirSearch, Found
from integrations.api.fhir.view import FhirView, answer, uuid_or_none
from integrations.fhir.audit_event import RESOURCES, audit_event
from integrations.presenters.fhir_audit import event_record

_TYPES = {resource: label for label, resource in RESOURCES.items()} | {"DiagnosticReport": "cases.case"}


def by_entity(rows: Any, value: str) -> Any:
    """Narrow to events about a patient (Patient/...), about another record, or about an id of whatever type."""
    found = Q(pk__in=[])
    for one in any_of(value):
        resource, _, pk = one.rpartition("/")
        if resource == "Patient":
            found |= Q(patient_id=uuid_or_none(pk)) if uuid_or_none(pk) else Q(pk__in=[])
        elif not resource:
            found |= Q(object_id=pk)
        elif resource in _TYPES:
            found |= Q(object_type=_TYPES[resource], object_id=pk)
    return rows.filter(found)


class AuditEventOne(FhirView):
    """One event, whose id is its place in the chain."""

    resource = "AuditEvent"
    allowed_roles: ClassVar[dict[str, frozenset[str]]] = {"GET": OVERSEERS}

    def get(self, request: Request, pk: int) -> Response:
        """Return it; that it was read is an event of its own."""
        event = get_object_or_404(AuditEvent.objects.visible_to(self.caller), pk=pk)
        record_view(actor=self.caller, target=event, after={"what": "fhir"})
        return answer(audit_event(event_record(event)))


class AuditEventSearch(FhirSearch):
    """Events, the newest first."""

    resource = "AuditEvent"
    allowed_roles: ClassVar[dict[str, frozenset[str]]] = {"GET": OVERSEERS}
    audited_type = "audit.auditevent"
    ordering = ("-at", "-id")
    params: ClassVar = {
        "agent": Param("reference", by_id("actor_id", "Practitioner"), "The id of the account that did it."),
        "date": Param("date", by_moment("at")),
        "entity": Param("reference", by_entity, "Patient/<id>, another resource, or the id of a record."),
    }

    def rows(self) -> Any:
        """Return the events of the caller's laboratory."""
        return AuditEvent.objects.visible_to(self.caller)

    def found(self, rows: list[AuditEvent], wanted: set[str]) -> Found:
        """Each is an AuditEvent."""
        return Found([audit_event(event_record(row)) for row in rows])
