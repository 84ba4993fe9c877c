"""Orders and specimens."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case, Order
from cases.selectors import visible_case, visible_order
from cases.services.audit_trail import record_view
from cases.services.orders import cancel_order
from cases.services.transitions import lock_order
from hematovision.transactions import atomic_but_for_refusals
from integrations.api.fhir.params import Param, any_of, by_code, by_id, by_moment, ids, token
from integrations.api.fhir.search import FhirSearch, Found
from integrations.api.fhir.view import FhirView, JsonPatchParser, answer, check_if_match, tag_of
from integrations.fhir.order import ORDER_STATUS, service_request, specimen
from integrations.fhir.parts import numbering
from integrations.fhir.revoking import patched, revoked_reason
from integrations.presenters.fhir import order_record, specimen_record


def by_patient(rows: Any, value: str) -> Any:
    """Narrow to a patient, and to the records that were merged into theirs."""
    wanted = ids(value, "Patient")
    return rows.filter(Q(patient__in=wanted) | Q(patient__merged_into__in=wanted))


def by_placer(rows: Any, value: str) -> Any:
    """Narrow to a placer number, of a system or of any."""
    found: list[uuid.UUID] = []
    for one in any_of(value):
        system, number = token(one)
        placed = rows.filter(placer_number=number)
        found += [order.pk for order in placed if system in {None, numbering(order.placer_namespace)}]
    return rows.filter(pk__in=found)


def by_accession(rows: Any, value: str) -> Any:
    """Narrow to an accession number."""
    found = Q(pk__in=[])
    for one in any_of(value):
        found |= Q(pk__in=Case.objects.with_accession_number(token(one)[1]).order_by().values("pk"))
    return rows.filter(found)


def states_of(status: str) -> list[str]:
    """Return the states of an order with a status."""
    return [state for state, own in ORDER_STATUS.items() if own == status]


class ServiceRequestOne(FhirView):
    """One order."""

    resource = "ServiceRequest"
    parser_classes = (*FhirView.parser_classes, JsonPatchParser)

    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return the order with its state."""
        order = visible_order(self.caller, pk)
        record_view(actor=self.caller, target=order, after={"what": "fhir"})
        return answer(service_request(order_record(order)))

    def put(self, request: Request, pk: uuid.UUID) -> Response:
        """Revoke the order, sent whole with its reason; 409 while its case is under review."""
        return self._revoke(request, pk, lambda current: revoked_reason(request.data, current))

    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        """Revoke the order by a JSON Patch of status and reason; 409 while its case is under review."""
        return self._revoke(request, pk, lambda current: revoked_reason(patched(request.data, current), current))

    def _revoke(self, request: Request, pk: uuid.UUID, reason_of: Callable[[dict[str, Any]], str]) -> Response:
        order = visible_order(self.caller, pk)
        with atomic_but_for_refusals():
            lock_order(order)
            current = service_request(order_record(order))
            check_if_match(request, tag_of(current))
            cancel_order(actor=self.caller, order=order, reason=reason_of(current))
        return answer(service_request(order_record(visible_order(self.caller, pk))))


class ServiceRequestSearch(FhirSearch):
    """Orders."""

    resource = "ServiceRequest"
    changes: ClassVar[tuple[str, ...]] = ("update", "patch")
    audited_type = "cases.order"
    updated = "updated_at"
    params: ClassVar = {
        "_id": Param("token", by_id()),
        "_lastUpdated": Param("date", by_moment("updated_at")),
        "authored": Param("date", by_moment("created_at")),
        "identifier": Param("token", by_placer, "The placer number."),
        "patient": Param("reference", by_patient),
        "status": Param("token", by_code("state", states_of)),
    }

    def rows(self) -> Any:
        """Return the orders the caller may see, but for those whose case is closed to them for now."""
        open_cases = Case.objects.open_to(self.caller).filter(pk=OuterRef("case"))
        seen = Order.objects.visible_to(self.caller).filter(Q(case=None) | Exists(open_cases))
        return seen.prefetch_related("transitions")

    def found(self, rows: list[Order], wanted: set[str]) -> Found:
        """Each is a ServiceRequest."""
        return Found([service_request(order_record(row)) for row in rows])


class SpecimenOne(FhirView):
    """The smear of one case, whose id it has."""

    resource = "Specimen"

    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return it."""
        case = visible_case(self.caller, pk)
        record_view(actor=self.caller, target=case, after={"what": "fhir"})
        return answer(specimen(specimen_record(case, getattr(case, "order", None))))


class SpecimenSearch(FhirSearch):
    """Smears of cases."""

    resource = "Specimen"
    audited_type = "cases.case"
    params: ClassVar = {
        "_id": Param("token", by_id()),
        "accession": Param("token", by_accession, "The accession number, without a system."),
        "patient": Param("reference", by_patient),
    }

    def rows(self) -> Any:
        """Return the cases that the caller may open."""
        return Case.objects.open_to(self.caller).select_related("laboratory", "order", "rejection__order")

    def found(self, rows: list[Case], wanted: set[str]) -> Found:
        """Each is a Specimen."""
        return Found([specimen(specimen_record(row, getattr(row, "order", None))) for row in rows])
