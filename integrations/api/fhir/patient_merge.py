"""Two records of one person made one, over FHIR."""

from __future__ import annotations

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.patient_merge import NO_SUCH_PATIENT, MergeIn
from cases.services.patient_merges import merge_patients
from hematovision.errors import Unprocessable
from integrations.api.fhir.patient import ROWS
from integrations.api.fhir.scopes import MERGE
from integrations.api.fhir.view import FhirView, answer
from integrations.fhir.patient import patient
from integrations.fhir.reading import Element, Problem, RefusedResourceError
from integrations.presenters.fhir import patient_record


class PatientMergeView(FhirView):
    """The merge of one patient into another."""

    resource = MERGE

    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Make the patient of the address and `into` one person, and return the one that stands.

        The body is that of the REST API, or Parameters with the same names.
        """
        seen = ROWS.visible_to(self.caller)
        merged = get_object_or_404(seen, pk=pk)
        given = MergeIn(data=_members_of(request.data))
        given.is_valid(raise_exception=True)
        into = seen.filter(pk=given.validated_data["into"]).first()
        if into is None:
            # A foreign id reads like an unknown one.
            raise Unprocessable(str(NO_SUCH_PATIENT), code="no_patient")
        merge_patients(actor=self.caller, patient=merged, into=into, reason=given.validated_data["reason"])
        return answer(patient(patient_record(seen.get(pk=into.pk))))


def _members_of(sent: Any) -> Any:
    """The members of Parameters by their names; anything else as it is."""
    if not isinstance(sent, dict) or sent.get("resourceType") != "Parameters":
        return sent
    problems: list[Problem] = []
    parameters = Element(sent, "Parameters", problems)
    parameters.skip("resourceType", "id", "meta")
    found: dict[str, Any] = {}
    for one in parameters.children("parameter", required=True):
        name = one.text("name", required=True)
        if name in found:
            one.refuse("structure", "Give each parameter once.", "name")
        found[name] = next((value for kind in _VALUES if (value := one.text(kind))), "")
        one.close()
    parameters.close()
    if problems:
        raise RefusedResourceError(problems)
    return found


_VALUES = ("valueUuid", "valueId", "valueString")
