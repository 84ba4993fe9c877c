"""Versions of reports: the last, the one that stands, the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from cases.models import Patient
from cases.states import SIGNED_STATES, CaseState
from reports.models import InsufficientSpecimen, Report, ReportKind
from reports.verification import content_as_signed

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from cases.models import Case


def current_report(case: Case) -> Report | None:
    """Return the last version of the report of `case`, a withdrawal included, or None before the first signature."""
    return (
        Report.objects.filter(case=case)
        .select_related("key", "signature", "case__patient", "case__clinic", "case__laboratory")
        .order_by("-version")
        .first()
    )


def versions_of(case: Case) -> list[Report]:
    """Return every version of the report of `case`, the newest first."""
    return list(Report.objects.filter(case=case).select_related("key", "signature", "case").order_by("-version"))


def last_standing(case: Case) -> Report | None:
    """Return the version that stands, or None where nothing was signed or it was withdrawn."""
    report = current_report(case)
    return None if report is None or report.is_withdrawn else report


def previous_signed_differential(patient: Patient, before_case: Case) -> dict[str, Any] | None:
    """Return the differential last signed for `patient` in another case of the same laboratory, or None.

    `{"report", "case", "signed_at", "differential"}`: ids and time as text, the differential as in the content.
    What was withdrawn and what was superseded is passed over; so is what was signed after `before_case` itself. None
    too where the last one is no longer what was signed: an older one in its place would mislead.
    """
    person = Patient.objects.same_person_as(patient).order_by()
    found = (
        Report.objects.current()
        .filter(case__patient__in=person.values("pk"), case__laboratory=before_case.laboratory_id)
        .exclude(case=before_case)
        .exclude(kind=ReportKind.WITHDRAWN)
        .exclude(insufficient__isnull=False)
        .select_related("key", "signature")
        .order_by("-signature__signed_at")
    )
    own = Report.objects.filter(case=before_case).order_by("version").values_list("signature__signed_at", flat=True)
    first_signed = own.first()
    if first_signed is not None:
        found = found.filter(signature__signed_at__lt=first_signed)
    report = found.first()
    content = None if report is None else content_as_signed(report)
    if report is None or content is None:
        return None
    return {
        "report": str(report.pk),
        "case": str(report.case_id),
        "signed_at": report.signature.signed_at.isoformat(),
        "differential": content["differential"],
    }


def cases_without_signed_result() -> QuerySet[InsufficientSpecimen, UUID]:
    """Return the ids of the cases whose standing report says that their specimen was insufficient."""
    standing = InsufficientSpecimen.objects.filter(report__in=Report.objects.current())
    return standing.order_by().values_list("report__case", flat=True)


def previous_differential_of(case: Case) -> dict[str, Any] | None:
    """Return the patient's previous signed differential in the short form that the workspace shows beside the live one."""
    found = previous_signed_differential(case.patient, case)
    if found is None:
        return None
    counted = found["differential"]
    return {
        "signed_at": found["signed_at"],
        "report": found["report"],
        "n": counted["n"],
        "rows": [{"code": row["code"], "count": row["count"], "percent": row["percent"]} for row in counted["rows"]],
    }


def address_of_signed_report(case: Case, form: str) -> str:
    """Return the address of the current report of `case` as a page or as CSV, or nothing before the first signature."""
    if case.state not in SIGNED_STATES | {CaseState.WITHDRAWN}:
        return ""
    pk = Report.objects.filter(case=case).order_by("-version").values_list("pk", flat=True).first()
    return "" if pk is None else reverse("reports:report_csv" if form == "csv" else "reports:report", args=[pk])
