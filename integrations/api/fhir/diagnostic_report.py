"""Reports: the version that stands, earlier ones, a search, and everything of one in a Bundle."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from audit.models import Action
from cases.models import Case
from cases.selectors import visible_record
from hematovision.errors import Conflict, Gone
from integrations.api.fhir.params import Param, any_of, by_code, by_id, by_moment, ids, token
from integrations.api.fhir.scopes import WHOLE_REPORT
from integrations.api.fhir.search import FhirSearch, Found
from integrations.api.fhir.view import FHIR_JSON, FhirView, answer, uuid_or_none
from integrations.fhir import systems
from integrations.fhir.bundle import collection
from integrations.fhir.diagnostic_report import accession_numbering, diagnostic_report
from integrations.fhir.media import media
from integrations.fhir.observation import observations
from integrations.fhir.order import specimen
from integrations.fhir.parts import URI, numbering
from integrations.fhir.signed_version import REPORT_STATUS, SignedVersion
from integrations.presenters.fhir import image_record, images_of, signed_version, specimen_record, whole_report
from integrations.services.resources_read import record_resources_read
from reports.models import Report
from reports.presenters.content import time_text
from reports.services.handing_out import hand_out

ROWS = Report.objects.select_related("key", "signature", "case__laboratory", "case__order")


def visible_version(view: FhirView, case: uuid.UUID, *, version: int | None = None, export: bool = False) -> Report:
    """Return a version of the report of a case, the last by default; 404, 409 and 410 as `hand_out` and `visible_record` say."""
    found = Report.objects.filter(case=case).order_by("-version")
    pk = (found if version is None else found.filter(version=version)).values_list("pk", flat=True).first()
    if pk is None:
        raise Http404
    report: Report = visible_record(ROWS, view.caller, pk)
    return hand_out(actor=view.caller, report=report, action=Action.EXPORT if export else Action.VIEW, what="fhir")


def by_patient(rows: Any, value: str) -> Any:
    """Narrow to a patient, and to the records that were merged into theirs."""
    wanted = ids(value, "Patient")
    return rows.filter(Q(case__patient__in=wanted) | Q(case__patient__merged_into__in=wanted))


def by_accession(rows: Any, value: str) -> Any:
    """Narrow to an accession number, with the system of a laboratory or without."""
    return rows.filter(case__in=[pk for one in any_of(value) for pk in _cases_with(one)])


def _cases_with(accession: str) -> list[uuid.UUID]:
    system, number = token(accession)
    cases = Case.objects.with_accession_number(number).select_related("laboratory")
    return [case.pk for case in cases if system in {None, _accession_system(case)}]


def by_identifier(rows: Any, value: str) -> Any:
    """Narrow to an accession number, or to the identifier of a version that stands (urn:uuid:…)."""
    found = Q(pk__in=[])
    for one in any_of(value):
        system, number = token(one)
        if number.startswith("urn:uuid:") and system in {None, URI}:
            found |= Q(pk=uuid_or_none(number.removeprefix("urn:uuid:")))
        else:
            found |= Q(case__in=_cases_with(one))
    return rows.filter(found)


def by_panel(rows: Any, value: str) -> Any:
    """Narrow by the code, which is the same for all."""
    return rows if any(token(one) in _CODE for one in any_of(value)) else rows.none()


_CODE = {(None, systems.LOINC_PANEL), (systems.LOINC, systems.LOINC_PANEL)}


def _accession_system(case: Case) -> str:
    return numbering(accession_numbering({"id": str(case.laboratory_id), "slug": case.laboratory.slug}))


def kinds_of(status: str) -> list[str]:
    """Return the kinds of version with a status."""
    return [kind for kind, own in REPORT_STATUS.items() if own == status]


class DiagnosticReportOne(FhirView):
    """The version that stands of the report of a case, whose id is that of the case."""

    resource = "DiagnosticReport"

    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return it, verified on the way; 404 before the first signature."""
        return answer(diagnostic_report(signed_version(visible_version(self, pk))))


class DiagnosticReportVersion(FhirView):
    """One version, as it was signed."""

    resource = "DiagnosticReport"

    def get(self, request: Request, pk: uuid.UUID, version: int) -> Response:
        """Return it, verified on the way."""
        return answer(diagnostic_report(signed_version(visible_version(self, pk, version=version))))


class DiagnosticReportBundle(FhirView):
    """The version that stands with everything it names."""

    resource = WHOLE_REPORT

    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return a Bundle of type collection, the PDF in it."""
        report = visible_version(self, pk, export=True)
        resources = whole_report(report)
        record_resources_read(actor=self.caller, action=Action.EXPORT, case=report.case, resources=resources)
        body = collection(self.base, resources, time_text(timezone.now()))
        return Response(body, content_type=FHIR_JSON)


class VersionSearch(FhirSearch):
    """What searches for reports and for their results share: their rows are the versions that stand."""

    audited_type = "reports.report"
    updated = "created_at"

    def rows(self) -> Any:
        """Return the standing versions of the cases the caller may open, withdrawals included."""
        return ROWS.current().visible_to(self.caller)

    def found(self, rows: list[Report], wanted: set[str]) -> Found:
        """Verify each; of one that is broken or destroyed the sentence is there instead."""
        found = Found()
        for row in rows:
            try:
                report = hand_out(actor=self.caller, report=row, action=Action.VIEW, what="fhir")
            except (Conflict, Gone) as refusal:
                found.problems.append(f"DiagnosticReport/{row.case_id}: {refusal.sentence}")
                continue
            self.take(found, report, signed_version(report), wanted)
        return found

    def take(self, found: Found, report: Report, signed: SignedVersion, wanted: set[str]) -> None:
        """Add what a version becomes."""
        raise NotImplementedError


class DiagnosticReportSearch(VersionSearch):
    """Reports."""

    resource = "DiagnosticReport"
    with_history = True
    operations = ("bundle",)
    params: ClassVar = {
        "_id": Param("token", by_id("case")),
        "_lastUpdated": Param("date", by_moment("created_at")),
        "accession": Param("token", by_accession, "The accession number of the case."),
        "based-on": Param("reference", by_id("case__order", "ServiceRequest")),
        "code": Param("token", by_panel),
        "identifier": Param("token", by_identifier),
        "issued": Param("date", by_moment("signature__signed_at")),
        "patient": Param("reference", by_patient),
        "status": Param("token", by_code("kind", kinds_of)),
    }
    includes = frozenset({"DiagnosticReport:result", "DiagnosticReport:specimen", "DiagnosticReport:media"})

    def take(self, found: Found, report: Report, signed: SignedVersion, wanted: set[str]) -> None:
        """Add the report, and what is to be included with it."""
        included: list[dict[str, Any]] = []
        if "DiagnosticReport:result" in wanted:
            included += observations(signed)
        if "DiagnosticReport:specimen" in wanted:
            included.append(specimen(specimen_record(report.case, getattr(report.case, "order", None))))
        if "DiagnosticReport:media" in wanted:
            included += [media(image_record(image)) for image in images_of(report)]
        record_resources_read(actor=self.caller, action=Action.VIEW, case=report.case, resources=included)
        found.matches.append(diagnostic_report(signed))
        found.included += included
