"""The report of a case before it is signed: what was found, printable, and as CSV; afterwards the way to the signed one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from cases.blinding import is_blinded, may_see_model_output
from cases.models import Cell
from cases.providers import signed_report_address
from cases.selectors import review_status, visible_case
from cases.services.audit_trail import record_export, record_print
from classifier.selectors import unknown_cameras_of_fields
from hematovision.csv_export import csv_file
from hematovision.languages import in_language
from reports.presenters.cameras import camera_statement
from workbench.presenters.differential import case_differential
from workbench.presenters.fields import field_summaries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from accounts.requests import AuthenticatedRequest
    from cases.models import Case


@login_required
@require_GET
def preliminary_report(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show the printable report, or say that there is none yet to those who do not see what the model said."""
    case = visible_case(request.user, pk)
    if address := signed_report_address(case, "page"):
        return redirect(address)
    if not may_see_model_output(request.user, case):
        return _no_report(request, case)
    record_print(actor=request.user, target=case)
    fields = field_summaries(case, request.user)
    context = {
        "case": case,
        "fields": fields,
        "differential": case_differential(case, fields),
        "model_versions": sorted({field.model_version for field in fields if field.model_version}),
        "camera_statement": camera_statement(case, unknown_cameras_of_fields(case)),
        "printed_at": timezone.now(),
        "status": review_status(case),
    }
    return render(request, "workbench/preliminary_report.html", context)


@login_required
@require_GET
def preliminary_report_csv(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Hand out the report as CSV: the differential, then one line a cell."""
    case = visible_case(request.user, pk)
    if address := signed_report_address(case, "csv"):
        return redirect(address)
    if not may_see_model_output(request.user, case):
        return _no_report(request, case)
    record_export(actor=request.user, target=case, what="csv")
    # The columns are read by programs: they and what stands in them are the same in every language. Files lie around in
    # folders for downloads: their names tell of nobody.
    with in_language("en"):
        return csv_file(_rows(request, case), name=f"report-{case.pk}.csv")


def _no_report(request: AuthenticatedRequest, case: Case) -> HttpResponse:
    """Say that there is nothing to see before the signature, and why."""
    context = {"case": case, "is_blinded": is_blinded(request.user, case)}
    return render(request, "workbench/no_report.html", context, status=403)


def _rows(request: AuthenticatedRequest, case: Case) -> Iterator[list[Any]]:
    """Yield the lines of the CSV."""
    fields = field_summaries(case, request.user)
    found = case_differential(case, fields)
    yield ["accession number", case.accession_number]
    yield ["patient", case.patient.full_name]
    yield ["birth date", case.patient.born.isoformat()]
    yield ["MRN", case.patient.mrn]
    yield ["stain", case.get_stain_display()]
    yield ["state", case.get_state_display()]
    yield ["review", "signed" if case.is_signed else review_status(case).sentence.lower()]
    yield ["model", "; ".join(sorted({field.model_version for field in fields if field.model_version}))]
    if statement := camera_statement(case, unknown_cameras_of_fields(case)):
        yield ["unknown camera", statement]
    if found is not None:
        yield ["leukocytes counted", found.n]
        yield ["count", "limited count" if found.is_limited else "full count"]
        yield []
        yield ["class", "count", "percent", "95 % CI lower", "95 % CI upper", "10^9/L"]
        for row in found.rows:
            absolute = "" if row.absolute is None else f"{row.absolute:.2f}"
            limits = [f"{row.low * 100:.1f}", f"{row.high * 100:.1f}"] if found.n else ["", ""]
            yield [row.cell_class.code, row.count, row.whole_percent if found.n else "", *limits, absolute]
        yield ["erythroblast", found.erythroblasts]
        if found.platelets:
            # Platelets are not counted on a smear: a nought would read as there being none.
            yield ["platelet", found.platelets]
        yield ["unidentified", found.unidentified]
    yield []
    yield ["field", "cell", "x", "y", "width", "height", "label", "score", "labelled by", "excluded"]
    cells = Cell.objects.with_model_output_for(request.user).current().filter(image__case=case)
    for cell in cells.select_related("image").order_by("image__ordinal", "ordinal"):
        score = "" if cell.score is None else f"{cell.score:.4f}"
        yield [
            cell.image.ordinal,
            cell.ordinal,
            *cell.box,
            cell.label,
            score,
            cell.label_source,
            "yes" if cell.excluded else "no",
        ]
