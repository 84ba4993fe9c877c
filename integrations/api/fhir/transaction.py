"""The base address: a transaction with an order comes in here."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from integrations.api.fhir.scopes import TRANSACTION
from integrations.api.fhir.view import FHIR_JSON, FhirView, tag_of
from integrations.fhir.bundle import outcome, transaction_response
from integrations.fhir.incoming_bundle import read_transaction
from integrations.fhir.order import service_request
from integrations.fhir.parts import present
from integrations.fhir.patient import patient
from integrations.presenters.fhir import order_record, patient_record
from integrations.services.fhir_orders import PlacedOrder, place_order

_OF_ONE_RESOURCE = "If-None-Exist belongs to a single create; within a transaction write ifNoneExist in the entry."


class TransactionView(FhirView):
    """One Patient, an order for them, and perhaps the Specimen."""

    resource = TRANSACTION

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse every other method as an address that is not there, before asking who it is."""
        if request.method != "POST":
            # Answered as JSON whatever was asked for: nothing is here.
            request.accepted_renderer = self.get_renderers()[0]  # type: ignore[attr-defined]
            request.accepted_media_type = FHIR_JSON  # type: ignore[attr-defined]
            raise Http404
        super().initial(request, *args, **kwargs)

    def post(self, request: Request) -> Response:
        """Find or register the patient and receive the order, all or nothing; the same again is answered the same."""
        if "If-None-Exist" in request.headers:
            raise ValidationError({"If-None-Exist": [_OF_ONE_RESOURCE]})
        said = read_transaction(request.data)
        placed = place_order(actor=self.caller, said=said)
        responses = [self._response(kind, placed, said.remarks.get(kind, "")) for kind in said.kinds]
        return Response(transaction_response(responses), content_type=FHIR_JSON)

    def _response(self, kind: str, placed: PlacedOrder, remark: str) -> dict[str, Any]:
        """What became of one entry."""
        told = outcome([("information", "informational", remark)]) if remark else None
        if kind == "Specimen":
            return present(status="202 Accepted", outcome=told)
        if kind == "Patient":
            resource, is_new = patient(patient_record(placed.patient)), placed.patient_is_new
        else:
            resource, is_new = service_request(order_record(placed.order)), placed.order_is_new
        return present(
            status="201 Created" if is_new else "200 OK",
            location=f"{self.base}{kind}/{resource['id']}",
            etag=tag_of(resource),
            outcome=told,
        )
