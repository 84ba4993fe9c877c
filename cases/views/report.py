"""The report of a case before it is signed: what was found, printable, and as CSV; afterwards the way to the signed one."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from cases.blind import may_see_reading, reads_blind
from cases.hooks import signed_report_address
from cases.models import Cell
from cases.services.trail import record_export, record_print
from cases.views.case import visible_case
from cases.views.differential import case_differential
from cases.views.readings import field_readings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from cases.models import Case
    from cases.views.requests import AuthenticatedRequest

# A spreadsheet takes a cell that starts with one of these for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@login_required
@require_GET
def report(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show the printable report, or say that there is none yet to those who do not see the machine's reading."""
    case = visible_case(request, pk)
    if address := signed_report_address(case, "page"):
        return redirect(address)
    if not may_see_reading(request.user, case):
        return _no_report(request, case)
    record_print(actor=request.user, target=case)
    readings = field_readings(case, request.user)
    context = {
        "case": case,
        "readings": readings,
        "differential": case_differential(case, readings),
        "model_versions": sorted({reading.model_version for reading in readings if reading.model_version}),
        "printed_at": timezone.now(),
    }
    return render(request, "cases/report.html", context)


@login_required
@require_GET
def report_csv(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Hand out the report as CSV: the differential, then one line a cell."""
    case = visible_case(request, pk)
    if address := signed_report_address(case, "csv"):
        return redirect(address)
    if not may_see_reading(request.user, case):
        return _no_report(request, case)
    record_export(actor=request.user, target=case, what="csv")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    # Files lie around in folders for downloads: their names tell of nobody.
    response["Content-Disposition"] = f'attachment; filename="report-{case.pk}.csv"'
    response["Cache-Control"] = "private, no-store"
    writer = csv.writer(response)
    for row in _rows(request, case):
        writer.writerow([_plain(value) for value in row])
    return response


def _no_report(request: AuthenticatedRequest, case: Case) -> HttpResponse:
    """Say that there is nothing to see before the signature, and why."""
    context = {"case": case, "reads_blind": reads_blind(request.user, case)}
    return render(request, "cases/report_none.html", context, status=403)


def _rows(request: AuthenticatedRequest, case: Case) -> Iterator[list[Any]]:
    """Yield the lines of the CSV."""
    readings = field_readings(case, request.user)
    found = case_differential(case, readings)
    yield ["accession number", case.accession_number]
    yield ["patient", case.patient.full_name]
    yield ["birth date", case.patient.birth_date.isoformat()]
    yield ["MRN", case.patient.mrn]
    yield ["stain", case.get_stain_display()]
    yield ["state", case.get_state_display()]
    yield ["review", "signed" if case.is_signed else "not yet reviewed by a pathologist"]
    yield ["model", "; ".join(sorted({reading.model_version for reading in readings if reading.model_version}))]
    if found is not None:
        yield ["leukocytes counted", found.n]
        yield ["count", "limited count" if found.is_limited else "full count"]
        yield []
        yield ["class", "count", "percent", "lower 95 % limit", "upper 95 % limit", "10^9/L"]
        for row in found.rows:
            absolute = "" if row.absolute is None else f"{row.absolute:.2f}"
            limits = [f"{row.low * 100:.1f}", f"{row.high * 100:.1f}"] if found.n else ["", ""]
            yield [row.cell_class.code, row.count, row.whole_percent if found.n else "", *limits, absolute]
        yield ["erythroblast", found.erythroblasts]
        yield ["platelet", found.platelets]
        yield ["unidentified", found.unidentified]
    yield []
    yield ["field", "cell", "x", "y", "width", "height", "label", "score", "labelled by", "excluded"]
    cells = Cell.objects.visible_to(request.user).current().filter(image__case=case)
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


def _plain(value: Any) -> Any:
    """Return `value` so that a spreadsheet shows it instead of computing it."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
