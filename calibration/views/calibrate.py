"""The page of a microscope's calibration: what is labelled, what to label next, and the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.models import Action
from audit.services import record
from calibration.presenters import progress_context
from calibration.selectors import label_of, proposed_cells
from calibration.services import ask_for_calibration, ask_for_proposal, label_cell
from calibration.views.page import as_uuid, microscope_for, show
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from accounts.requests import AuthenticatedRequest
    from microscopes.models import Microscope


@login_required
@require_http_methods(["GET", "HEAD"])
def calibrate(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show what there is to calibrate by, the next cell to name, and what came of the last calibration."""
    microscope = microscope_for(request, pk)
    record(actor=request.user, action=Action.VIEW, target=microscope, after={"part": "calibration"})
    return show(request, microscope)


@login_required
@require_GET
def live(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Answer with how far the workers are, or have the page loaded anew when they are done."""
    context = progress_context(microscope_for(request, pk))
    answer = render(request, "calibration/partials/progress.html", context)
    if not context["is_waiting"]:
        answer.headers["HX-Refresh"] = "true"
    return answer


@login_required
@require_POST
def label(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Keep what the person calls one cell, and go on to the next without a label."""
    microscope = microscope_for(request, pk)
    cell_id = as_uuid(request.POST.get("cell", ""))
    if cell_id is None:
        raise Http404
    try:
        label_cell(actor=request.user, microscope=microscope, cell_id=cell_id, code=request.POST.get("code", ""))
    except DomainError as error:
        return show(request, microscope, status=error.status, refusal=error.sentence)
    following = _following(microscope, request.user, cell_id)
    return redirect(f"{reverse('calibration:calibrate', args=[pk])}?cell={following}#labelling")


@login_required
@require_POST
def propose(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask which cells to label next."""
    microscope = microscope_for(request, pk)
    try:
        ask_for_proposal(actor=request.user, microscope=microscope)
    except DomainError as error:
        return show(request, microscope, status=error.status, refusal=error.sentence)
    return redirect("calibration:calibrate", pk)


@login_required
@require_POST
def run(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask for a calibration by the labelled cells."""
    microscope = microscope_for(request, pk)
    try:
        ask_for_calibration(actor=request.user, microscope=microscope)
    except DomainError as error:
        return show(request, microscope, status=error.status, refusal=error.sentence)
    return redirect("calibration:calibrate", pk)


def _following(microscope: Microscope, user: User, cell_id: UUID) -> UUID:
    """The next proposed cell without a label, going round; the same one when all have one."""
    cells = proposed_cells(microscope, user)
    at = next((place for place, cell in enumerate(cells) if cell.pk == cell_id), -1)
    return next((cell.pk for cell in cells[at + 1 :] + cells[: at + 1] if not label_of(cell)), cell_id)
