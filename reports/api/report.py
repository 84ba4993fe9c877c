"""Signed reports: the versions of a case, one version with its content, its PDF."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_permissions import ScopeRequired
from accounts.models import Role
from accounts.requests import signed_in
from audit.models import Action
from cases.api.audited_list import AuditedList
from cases.models import Case
from cases.selectors import visible_case, visible_record
from cases.services.audit_trail import record_view
from hematovision.rest.base import NotCached
from hematovision.rest.etags import version_tag
from hematovision.rest.filters import MomentFilter
from hematovision.rest.pagination import ByNumber, NewestFirst
from reports.api.serializers import ReportDetail, ReportOut
from reports.models import Report, ReportQuerySet
from reports.services.handing_out import hand_out

VIEWERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})


class ByVersion(ByNumber):
    """Versions, the newest first."""

    ordering = ("-version",)  # type: ignore[assignment]


class OldestFirst(NewestFirst):
    """Versions of all cases in the order in which they were signed, to be followed."""

    ordering = ("created_at", "id")  # type: ignore[assignment]


class ReportFilter(filters.FilterSet):
    """What a LIS fetches reports by."""

    signed_after = MomentFilter(field_name="created_at", lookup_expr="gte", help_text="At or after.")
    signed_before = MomentFilter(field_name="created_at", lookup_expr="lt")
    current = filters.BooleanFilter(help_text="Whether it is the version that stands.")
    clinic = filters.CharFilter(field_name="case__clinic__slug", max_length=80)
    accession_number = filters.CharFilter(method="by_number", max_length=64)

    class Meta:
        model = Report
        fields: ClassVar[list[str]] = []

    def by_number(self, reports: ReportQuerySet, _name: str, value: str) -> ReportQuerySet:
        """Narrow to cases with exactly this number."""
        cases = Case.objects.with_accession_number(value).filter(accession_number=value)
        return reports.filter(case__in=cases.values("pk"))


class PdfRenderer(BaseRenderer):
    """Lets a client ask for a PDF; what is refused stays a problem document."""

    media_type = "application/pdf"
    format = "pdf"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Return a refusal as JSON: the file itself never comes through here."""
        found: bytes = JSONRenderer().render(data)
        return found


def reports_with_standing() -> ReportQuerySet:
    """Reports, each with whether it is the one that stands."""
    later = Report.objects.filter(case=OuterRef("case"), version__gt=OuterRef("version"))
    return Report.objects.select_related("key", "signature", "previous", "case").annotate(current=~Exists(later))


@extend_schema(tags=["reports"])
class ReportList(NotCached, AuditedList, generics.ListAPIView):
    """The report versions of all cases that the caller may see."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "reports:read"}
    allowed_roles: ClassVar = {"GET": VIEWERS}
    serializer_class = ReportOut
    filterset_class = ReportFilter
    pagination_class = OldestFirst
    audited_type = "reports.report"
    queryset = Report.objects.none()

    def get_queryset(self) -> QuerySet[Report]:
        """Only versions of cases the caller may see."""
        return reports_with_standing().visible_to(signed_in(self.request))

    @extend_schema(summary="Find signed reports")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return report versions across cases, the oldest first, without their content; each search is audited."""
        return self.list(request, *args, **kwargs)


@extend_schema(tags=["reports"])
class CaseReports(NotCached, generics.ListAPIView):
    """The versions of the report of one case."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "reports:read"}
    allowed_roles: ClassVar = {"GET": VIEWERS}
    serializer_class = ReportOut
    pagination_class = ByVersion
    queryset = Report.objects.none()

    def get_queryset(self) -> QuerySet[Report]:
        """Only versions of a case the caller may see; another case answers 404."""
        return reports_with_standing().visible_to(signed_in(self.request)).filter(case=self._case())

    @extend_schema(summary="List the report versions of a case")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the versions, the newest first; none before the first signature."""
        response: Response = self.list(request, *args, **kwargs)
        listed = {"part": "reports", "listed": len(response.data["results"])}
        record_view(actor=signed_in(request), target=self._case(), after=listed)
        return response

    def _case(self) -> Case:
        return visible_case(signed_in(self.request), self.kwargs["pk"])


class ReportView(NotCached, APIView):
    """What the addresses of one version share."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "reports:read"}
    allowed_roles: ClassVar = {"GET": VIEWERS}

    def visible_report(self, pk: uuid.UUID, action: Action, what: str) -> Report:
        """Return the version, verified and in the audit trail; 404 for one the caller does not see, 409 for a broken one, 410 for a destroyed one."""
        report: Report = visible_record(reports_with_standing(), signed_in(self.request), pk)
        return hand_out(actor=signed_in(self.request), report=report, action=action, what=what)


@extend_schema(tags=["reports"])
class ReportOne(ReportView):
    """One version."""

    @extend_schema(summary="Read a signed report", responses=ReportDetail)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return one version with its frozen content, verified on the way."""
        report = self.visible_report(pk, Action.VIEW, "api")
        body = {**ReportOut(report).data, "verified": True, "content": report.data}
        return Response(body, headers={"ETag": version_tag([report.digest])})


@extend_schema(tags=["reports"])
class ReportPdf(ReportView):
    """The signed file of one version."""

    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(summary="Download a signed report", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: uuid.UUID) -> HttpResponse:
        """Return the PDF byte for byte as it was signed, also of a version that no longer stands: see `current`."""
        report = self.visible_report(pk, Action.EXPORT, "pdf")
        response = HttpResponse(report.read_pdf(), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="report-{report.pk}-v{report.version}.pdf"'
        return response
