"""A signed report: on screen, as PDF, CSV and JSON. Every display verifies it and says so; every copy is in the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import OrganisationKind
from audit.models import Action
from audit.services import record
from cases.selectors import visible_record
from cases.services.audit_trail import scope_of
from cases.states import CaseState
from hematovision.csv_export import csv_file
from hematovision.errors import DomainError
from hematovision.languages import in_language
from reports.models import CaseMove, Report
from reports.pdf import mark_copy
from reports.providers import receivers_panel, teaching_link
from reports.selectors.versions import versions_of
from reports.verification import verify_report
from review.permissions import may_review
from review.selectors import open_amendment_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from accounts.requests import AuthenticatedRequest
    from reports.verification import Verification


@login_required
@never_cache
@require_safe
def report(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show one version, what stands now, and whether it still is what was signed."""
    found = visible_report(request, pk)
    verification = verify_report(found)
    record_access(request, found, Action.VIEW, what="page", verification=verification)
    versions = versions_of(found.case)
    last = versions[0]
    user = request.user
    context = {
        "report": found,
        "case": found.case,
        "content": found.data if verification.readable else None,
        "verification": verification,
        "versions": versions,
        "last": last,
        "is_last": last.pk == found.pk,
        "move": CaseMove.objects.filter(from_case=found.case).first(),
        "may_amend": last.pk == found.pk and found.case.is_signed and may_review(user, found.case),
        "may_move": found.case.state == CaseState.WITHDRAWN and may_review(user, found.case),
        "amendment": open_amendment_of(found.case),
        "receivers_panel": receivers_panel(found.case, user),
        "teaching_link": teaching_link(found, user) if last.pk == found.pk and not found.is_withdrawn else "",
        "is_laboratory": user.organisation is not None and user.organisation.kind == OrganisationKind.LABORATORY,
    }
    return render(request, "reports/report.html", context)


@login_required
@never_cache
@require_safe
def report_pdf(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Hand out the signed file; of a version that no longer stands a copy that says so on every page.

    `?as=signed` gives the laboratory's people the file of an old version as it was signed.
    """
    found = visible_report(request, pk)
    verification = verify_report(found)
    if not verification.intact:
        return _broken(request, found, verification)
    pdf = found.read_pdf()
    last = versions_of(found.case)[0]
    organisation = request.user.organisation
    as_signed = (
        request.GET.get("as") == "signed"
        and organisation is not None
        and organisation.kind == OrganisationKind.LABORATORY
    )
    what = "pdf"
    if last.pk != found.pk and not as_signed:
        what = "pdf, marked"
        try:
            # On every page of it, in its own language.
            with in_language(found.language):
                words = _("WITHDRAWN") if last.is_withdrawn else _("SUPERSEDED")
                pdf = mark_copy(pdf, words=words, sentence=_mark(found, last))
        except DomainError as error:
            # Unmarked it would pass for a report that stands.
            context = {"case": found.case, "error": error, "heading": _("No file can be handed out")}
            return render(request, "reports/refused.html", context, status=error.status)
    record_access(request, found, Action.EXPORT, what=what, verification=verification)
    return _file(pdf, "application/pdf", f"report-{found.pk}-v{found.version}.pdf")


@login_required
@never_cache
@require_safe
def report_json(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Hand out the canonical content byte for byte: its SHA-256 is the one that was signed."""
    found = visible_report(request, pk)
    verification = verify_report(found)
    if not verification.intact:
        return _broken(request, found, verification)
    record_access(request, found, Action.EXPORT, what="json", verification=verification)
    return _file(found.content.encode(), "application/json", f"report-{found.pk}-v{found.version}.json")


@login_required
@never_cache
@require_safe
def report_csv(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Hand out the report as CSV: the differential, then one line a cell."""
    found = visible_report(request, pk)
    verification = verify_report(found)
    if not verification.intact:
        return _broken(request, found, verification)
    record_access(request, found, Action.EXPORT, what="csv", verification=verification)
    standing = "current" if versions_of(found.case)[0].pk == found.pk else "superseded"
    return csv_file(_rows(found, standing), name=f"report-{found.pk}-v{found.version}.csv")


def visible_report(request: AuthenticatedRequest, pk: UUID) -> Report:
    """Return the report if this person may open its case; raises as `visible_record`."""
    reports = Report.objects.select_related(
        "key", "signature", "previous", "case__patient", "case__clinic", "case__laboratory"
    )
    found: Report = visible_record(reports, request.user, pk)
    return found


def record_access(
    request: AuthenticatedRequest, found: Report, action: Action, *, what: str, verification: Verification
) -> None:
    """Write that this person was shown or took a version, and whether it held."""
    after = {"what": what, "version": found.version, "intact": verification.intact}
    record(actor=request.user, action=action, target=found, after=after, **scope_of(found.case))


def _mark(found: Report, last: Report) -> str:
    values = {"version": found.version, "last": last.version, "day": date_format(last.created_at, "DATE_FORMAT")}
    if last.is_withdrawn:
        return _("Copy of version %(version)s. The report was withdrawn on %(day)s: use no result of it.") % values
    sentence = _("Copy of version %(version)s. Superseded by version %(last)s (%(kind)s) on %(day)s.")
    return sentence % (values | {"kind": str(last.get_kind_display()).lower()})


def _broken(request: AuthenticatedRequest, found: Report, verification: Verification) -> HttpResponse:
    record_access(request, found, Action.EXPORT, what="refused", verification=verification)
    context = {"report": found, "case": found.case, "verification": verification}
    destroyed = verification.destroyed_at is not None and not verification.faults
    return render(request, "reports/broken.html", context, status=410 if destroyed else 409)


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _rows(found: Report, standing: str) -> Iterator[list[Any]]:
    """Yield the lines of the CSV."""
    data = found.data
    patient, case, counted, signature = data["patient"], data["case"], data["differential"], data["signature"]
    yield ["accession number", case["accession_number"]]
    yield ["patient", ", ".join(part for part in (patient["family_name"], patient["given_name"]) if part)]
    yield ["birth date", patient["birth_date"]]
    yield ["MRN", patient["mrn"]]
    yield ["stain", case["stain"]]
    yield ["version", found.version]
    yield ["kind", found.kind]
    yield ["standing", standing]
    yield ["signed by", signature["name"]]
    yield ["signed at", signature["signed_at"]]
    yield ["meaning", signature["meaning"]]
    yield ["SHA-256 of the content", found.content_sha256]  # not translated
    yield ["model", "; ".join(f"{model['name']} {model['version']}" for model in data["ai"]["models"])]
    if data["ai"].get("camera"):
        yield ["unknown camera", data["ai"]["camera"]]
    if said := data.get("insufficient"):
        yield ["conclusion", counted["remark"], said["label"], said["words"]]
    else:
        yield ["leukocytes counted", counted["n"]]
        yield ["count", "limited count" if counted["limited"] else "full count"]
    yield ["interpretation", data["interpretation"]]
    yield ["comments", data["comments"]]
    yield []
    yield ["class", "count", "percent", "95 % CI lower", "95 % CI upper", "10^9/L", "reference", "flag"]
    for row in counted["rows"]:
        yield [
            row["code"],
            row["count"],
            row["percent"],
            row["low"],
            row["high"],
            row["absolute"],
            row["reference"],
            row["flag"],
        ]
    yield ["erythroblast", counted["erythroblasts"]]
    if counted["platelets"]:
        # Platelets are not counted on a smear: a nought would read as there being none.
        yield ["platelet", counted["platelets"]]
    yield ["excluded", counted["excluded"]]
    yield []
    yield ["field", "cell", "x", "y", "width", "height", "label", "excluded", "decided by", "predicted label", "score"]
    for cell in data["cells"]:
        predicted = cell["ai"] or {"label": "", "score": ""}
        yield [
            cell["field"],
            cell["n"],
            *cell["box"],
            cell["label"],
            "yes" if cell["excluded"] else "no",
            cell["by"],
            predicted["label"],
            predicted["score"],
        ]
