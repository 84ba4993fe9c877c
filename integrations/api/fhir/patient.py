"""Patients."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import Q
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Patient
from cases.partial_date import PartialDate
from cases.services.audit_trail import record_view
from integrations.api.fhir.params import Param, any_of, by_id, token
from integrations.api.fhir.search import FhirSearch, Found
from integrations.api.fhir.view import FhirView, answer
from integrations.fhir.patient import patient
from integrations.presenters.fhir import patient_record
from integrations.selectors import patients_with_number

ROWS = Patient.objects.select_related("organisation").prefetch_related("numbers")


def by_identifier(rows: Any, value: str) -> Any:
    """Narrow to a number, present or former, of a system or of any; a merged record's finds the one that stands."""
    found: list[uuid.UUID] = []
    for one in any_of(value):
        system, number = token(one)
        found += [patient.pk for patient in patients_with_number(rows, number, system)]
    return rows.filter(pk__in=found)


def by_birth_date(rows: Any, value: str) -> Any:
    """Narrow to a birth date, as far as it is known."""
    try:
        wanted = [PartialDate.parse(one.removeprefix("eq")) for one in any_of(value)]
    except ValueError as error:
        raise ValidationError(str(error)) from error
    found = Q(pk__in=[])
    for one in wanted:
        # Not among `rows`: each repeat of the parameter would double the statement.
        found |= Q(pk__in=Patient.objects.ever_born_on(one).order_by().values("pk"))
    return rows.filter(found)


def by_family_name(rows: Any, value: str) -> Any:
    """Narrow to exactly this family name, present or former, whatever its case: names are encrypted, no part is found."""
    found = Q(pk__in=[])
    for one in any_of(value):
        found |= Q(pk__in=Patient.objects.ever_with_family_name(one).order_by().values("pk"))
    return rows.filter(found)


class PatientOne(FhirView):
    """One patient."""

    resource = "Patient"

    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return the patient; one that was merged into another names it."""
        found = get_object_or_404(ROWS.visible_to(self.caller), pk=pk)
        record_view(actor=self.caller, target=found, after={"what": "fhir"})
        return answer(patient(patient_record(found)))


class PatientSearch(FhirSearch):
    """Patients."""

    resource = "Patient"
    operations = ("merge",)
    audited_type = "cases.patient"
    params: ClassVar = {
        "_id": Param("token", by_id()),
        "birthdate": Param("date", by_birth_date, "As far as it is known; without a prefix."),
        "family": Param("string", by_family_name, "The whole name: identifiers are encrypted."),
        "identifier": Param("token", by_identifier),
    }

    def rows(self) -> Any:
        """Return the patients that the caller may know of."""
        return ROWS.visible_to(self.caller)

    def found(self, rows: list[Patient], wanted: set[str]) -> Found:
        """Each is a Patient."""
        return Found([patient(patient_record(row)) for row in rows])
