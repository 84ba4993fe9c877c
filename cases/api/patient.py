"""Patients of the caller's organisation: register one, find one, correct one."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api_permissions import ScopeRequired
from accounts.models import Role
from accounts.requests import signed_in
from cases.api.audited_list import AuditedList
from cases.api.birth_date import WRITTEN
from cases.api.patient_serializers import PatientCorrection, PatientDetail, PatientIn, PatientOut, patient_tag
from cases.form_fields import KnownDateField
from cases.models import Patient
from cases.partial_date import PartialDate
from cases.services.audit_trail import record_view
from cases.services.patient_numbers import set_numbers
from cases.services.patients import register_patient, update_patient
from hematovision.rest.base import NotCached
from hematovision.rest.etags import check_if_match
from hematovision.transactions import atomic_but_for_refusals

VIEWERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})
WRITERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR})

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the patient as you read them; 412 when they were corrected since.",
)


@extend_schema_field(WRITTEN)
class KnownDateFilter(filters.CharFilter):
    """A birth date as far as it is known."""

    field_class = KnownDateField


class PatientFilter(filters.FilterSet):
    """Exact search through the blind indexes: the database never sees what is looked for."""

    mrn = filters.CharFilter(method="by_mrn", max_length=64)
    number = filters.CharFilter(method="by_number", max_length=64)
    family_name = filters.CharFilter(method="by_family_name", max_length=150)
    birth_date = KnownDateFilter(method="by_birth_date")
    clinic = filters.CharFilter(field_name="organisation__slug", max_length=80)

    class Meta:
        model = Patient
        fields: ClassVar[list[str]] = []

    def by_mrn(self, patients: Any, _name: str, value: str) -> QuerySet[Patient]:
        """Narrow to a medical record number, present or former."""
        found: QuerySet[Patient] = patients.ever_with_mrn(value)
        return found

    def by_number(self, patients: Any, _name: str, value: str) -> QuerySet[Patient]:
        """Narrow to a number in whatever system, the record number included, present or former."""
        found: QuerySet[Patient] = patients.ever_with_number(value)
        return found

    def by_family_name(self, patients: Any, _name: str, value: str) -> QuerySet[Patient]:
        """Narrow to a family name, present or former."""
        found: QuerySet[Patient] = patients.ever_with_family_name(value)
        return found

    def by_birth_date(self, patients: Any, _name: str, value: PartialDate) -> QuerySet[Patient]:
        """Narrow to a birth date as it was registered, present or former."""
        found: QuerySet[Patient] = patients.ever_born_on(value)
        return found


@extend_schema(tags=["patients"])
class PatientList(NotCached, AuditedList, generics.ListAPIView):
    """Patients that the caller's organisation knows."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "cases:read", "POST": "cases:write"}
    allowed_roles: ClassVar = {"GET": VIEWERS, "POST": WRITERS}
    serializer_class = PatientOut
    filterset_class = PatientFilter
    audited_type = "cases.patient"
    queryset = Patient.objects.none()

    def get_queryset(self) -> QuerySet[Patient]:
        """Only patients the caller may know of; whoever was merged is found as the one that stands for them."""
        return Patient.objects.visible_to(self.request.user).current().select_related("organisation")

    @extend_schema(summary="Find patients")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return patients by exact record number, family name or birth date, present or former; each search is audited."""
        return self.list(request, *args, **kwargs)

    @extend_schema(summary="Register a patient", request=PatientIn, responses={201: PatientDetail}, filters=False)
    def post(self, request: Request) -> Response:
        """Register a patient under the caller's organisation, or the `clinic` named; a record number twice is refused (409)."""
        given = PatientIn(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        patient = register_patient(actor=signed_in(request), **given.validated_data)
        address = reverse("api:patient", args=[patient.pk], request=request)
        return Response(
            PatientDetail(patient).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": address, "ETag": patient_tag(patient)},
        )


@extend_schema(tags=["patients"])
class PatientOne(NotCached, APIView):
    """One patient."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "cases:read", "PATCH": "patients:write"}
    allowed_roles: ClassVar = {"GET": VIEWERS, "PATCH": WRITERS}

    @extend_schema(summary="Read a patient", responses=PatientDetail)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return one patient with every former identity; the view is audited. The ETag is the patient's version.

        One that was merged into another is answered too, with `merged_into`.
        """
        patient = self._visible(pk)
        record_view(actor=signed_in(request), target=patient)
        return self._answer(patient)

    @extend_schema(
        summary="Correct a patient", request=PatientCorrection, responses=PatientDetail, parameters=[IF_MATCH]
    )
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        """Correct identifiers of a patient of the caller's organisation; how they stood before is kept.

        Signed reports keep what they say. A record number that is taken is refused (409), and so is a patient that was merged
        into another (409 `merged`, with the one that stands as `into`).
        """
        self._visible(pk)
        given = PatientCorrection(data=request.data)
        given.is_valid(raise_exception=True)
        with atomic_but_for_refusals():
            # The patient alone is locked: the organisation is joined for the answer.
            locked = Patient.objects.visible_to(self.request.user).select_for_update(of=("self",), no_key=True)
            patient = get_object_or_404(locked, pk=pk)
            check_if_match(request, patient_tag(patient))
            changes = dict(given.validated_data)
            numbers = changes.pop("numbers", None)
            update_patient(actor=signed_in(request), patient=patient, **changes)
            if numbers is not None:
                pairs = [(number["system"], number["value"]) for number in numbers]
                set_numbers(actor=signed_in(request), patient=patient, numbers=pairs)
        return self._answer(self._visible(pk))

    def _visible(self, pk: uuid.UUID) -> Patient:
        """Return the patient, or answer 404 as for an id that does not exist."""
        patients = Patient.objects.visible_to(self.request.user).select_related("organisation")
        return get_object_or_404(patients, pk=pk)

    def _answer(self, patient: Patient) -> Response:
        return Response(PatientDetail(patient).data, headers={"ETag": patient_tag(patient)})
