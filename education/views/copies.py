"""Copying cells of a signed report to what is taught: choose them, then look at every picture and say that nobody is in it.

These pages belong to the report and are clinical: its address has the report's id and the pictures are those of the case.
Nothing under /learn/ leads here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.selectors import visible_record
from cases.services.audit_trail import record_view
from education.copy_rules import MOST_CELLS, copyable_cells, why_not
from education.models import SIDE_PX
from education.permissions import may_copy
from education.services.copies import NOT_FOR_YOU, chosen_of, copy_cells
from education.words import name_of, plural_of
from hematovision.errors import DomainError, PermissionRefused
from hematovision.forms import uuid_or_none
from reports.models import Report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest
    from education.copy_rules import CopyableCell

_SMALL_PX = 96


@dataclass(frozen=True, slots=True)
class _Shown:
    """A cell on the page: the address of its picture, as it is cut for teaching, and whether it is chosen."""

    cell: CopyableCell
    picture: str
    name: str
    chosen: bool


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show the cells to choose from; a POST shows the sheet of those chosen, and with `step=copy` copies them."""
    report: Report = visible_record(
        Report.objects.select_related("key", "case__patient", "case__clinic"), request.user, pk
    )
    if not may_copy(request.user, report.case) and request.method != "POST":
        raise PermissionDenied(_(str(NOT_FOR_YOU)))
    chosen = {each for each in map(uuid_or_none, request.POST.getlist("cell")) if each is not None}
    try:
        if request.POST.get("step") == "copy" or not may_copy(request.user, report.case):
            copied = copy_cells(
                actor=request.user, report=report, cells=chosen, confirmed=request.POST.get("confirmed") == "yes"
            )
            told = ngettext("%(count)s cell was copied.", "%(count)s cells were copied.", len(copied))
            messages.success(request, told % {"count": len(copied)})
            return redirect("education:material")
        if request.method == "POST":
            return _sheet(request, report, chosen_of(report, chosen))
    except PermissionRefused as error:
        raise PermissionDenied(error.sentence) from error
    except DomainError as error:
        if error.code == "not_confirmed":
            return _sheet(request, report, chosen_of(report, chosen), error=error)
        return _choice(request, report, chosen, error=error)
    return _choice(request, report, chosen)


def _choice(
    request: AuthenticatedRequest, report: Report, chosen: set[UUID], *, error: DomainError | None = None
) -> HttpResponse:
    """Every cell that may be copied, by class; nothing where something stands against it, and what that is."""
    stands = why_not(report)
    cells = [] if stands else copyable_cells(report)
    wants_rare = request.GET.get("choose") == "rare"
    groups: dict[str, list[_Shown]] = {}
    for cell in cells:
        marked = not cell.is_copied and (cell.id in chosen or (wants_rare and cell.is_rare))
        groups.setdefault(plural_of(cell.label), []).append(_shown(cell, size=_SMALL_PX, chosen=marked))
    record_view(actor=request.user, target=report.case, after={"part": "copy to teaching"})
    context: dict[str, Any] = {
        "report": report,
        "case": report.case,
        "stands": stands,
        "groups": groups,
        "any_rare": any(cell.is_rare and not cell.is_copied for cell in cells),
        "most": MOST_CELLS,
        "error": None if stands else error,
    }
    status = 409 if stands else error.status if error is not None else 200
    return render(request, "education/copy.html", context, status=status)


def _sheet(
    request: AuthenticatedRequest, report: Report, cells: Sequence[CopyableCell], *, error: DomainError | None = None
) -> HttpResponse:
    """Every picture as it would be kept, large enough to see what is written on the glass."""
    shown = [_shown(cell, size=SIDE_PX, chosen=True) for cell in cells]
    context = {"report": report, "case": report.case, "shown": shown, "error": error}
    return render(request, "education/copy_sheet.html", context, status=200 if error is None else error.status)


def _shown(cell: CopyableCell, *, size: int, chosen: bool) -> _Shown:
    address = reverse("cases:cell_crop", args=[cell.id])
    return _Shown(cell, f"{address}?size={size}&span={cell.span}", name_of(cell.label), chosen)
