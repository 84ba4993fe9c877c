"""Patients of the caller's organisation: register one, find one by record number."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.api_permissions import ScopeRequired
from accounts.models import Role
from accounts.requests import signed_in
from cases.api.patient_serializers import PatientIn, PatientOut
from cases.api.trail import AuditedList
from cases.models import Patient
from cases.services.patients import register_patient
from cases.services.trail import record_view
from hematovision.rest.base import NotCached

READERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})
WRITERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR})


class PatientFilter(filters.FilterSet):
    """Exact search through the blind indexes: the database never sees what is looked for."""

    mrn = filters.CharFilter(method="by_mrn", max_length=64)
    family_name = filters.CharFilter(method="by_family_name", max_length=150)
    birth_date = filters.DateFilter(method="by_birth_date")

    class Meta:
        model = Patient
        fields: ClassVar[list[str]] = []

    def by_mrn(self, patients: Any, _name: str, value: str) -> QuerySet[Patient]:
        """Narrow to a medical record number."""
        found: QuerySet[Patient] = patients.with_mrn(value)
        return found

    def by_family_name(self, patients: Any, _name: str, value: str) -> QuerySet[Patient]:
        """Narrow to a family name."""
        found: QuerySet[Patient] = patients.with_family_name(value)
        return found

    def by_birth_date(self, patients: Any, _name: str, value: Any) -> QuerySet[Patient]:
        """Narrow to a day of birth."""
        found: QuerySet[Patient] = patients.born_on(value)
        return found


@extend_schema(tags=["patients"])
class PatientList(NotCached, AuditedList, generics.ListAPIView):
    """Patients that the caller's organisation knows."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "cases:read", "POST": "cases:write"}
    allowed_roles: ClassVar = {"GET": READERS, "POST": WRITERS}
    serializer_class = PatientOut
    filterset_class = PatientFilter
    audited_type = "cases.patient"
    queryset = Patient.objects.none()

    def get_queryset(self) -> QuerySet[Patient]:
        """Only patients the caller may know of."""
        return Patient.objects.visible_to(self.request.user).select_related("organisation")

    @extend_schema(summary="Find patients")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return patients by exact record number, family name or birth date; each search is audited."""
        return self.list(request, *args, **kwargs)

    @extend_schema(summary="Register a patient", request=PatientIn, responses={201: PatientOut}, filters=False)
    def post(self, request: Request) -> Response:
        """Register a patient under the caller's organisation; a record number twice is refused (409)."""
        given = PatientIn(data=request.data)
        given.is_valid(raise_exception=True)
        patient = register_patient(actor=signed_in(request), **given.validated_data)
        address = reverse("api:patient", args=[patient.pk], request=request)
        return Response(
            PatientOut(patient).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": address},
        )


@extend_schema(tags=["patients"])
class PatientDetail(NotCached, generics.RetrieveAPIView):
    """One patient."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "cases:read"}
    allowed_roles: ClassVar = {"GET": READERS}
    serializer_class = PatientOut
    queryset = Patient.objects.none()

    def get_queryset(self) -> QuerySet[Patient]:
        """Only patients the caller may know of: any other id is not found."""
        return Patient.objects.visible_to(self.request.user).select_related("organisation")

    @extend_schema(summary="Read a patient")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one patient; the view is audited."""
        patient = self.get_object()
        record_view(actor=signed_in(request), target=patient)
        return Response(PatientOut(patient).data)
