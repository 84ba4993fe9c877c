"""Changing a signed report: open it again with a reason, or give the images of a withdrawn one to the right patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cases.selectors import visible_case
from cases.states import CaseState
from hematovision.errors import Conflict, DomainError
from reports.forms import AmendForm, MoveForm
from reports.models import CaseMove
from reports.selectors.versions import current_report
from reports.services.case_moves import move_to_patient
from review.models import AmendmentKind
from review.permissions import NOT_A_REVIEWER, may_review
from review.selectors import open_amendment_of
from review.services.amendments import open_amendment

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask what becomes of the signed report and why; then the case is open to this person."""
    case = visible_case(request.user, pk)
    if not may_review(request.user, case) and request.method != "POST":
        raise PermissionDenied(_(NOT_A_REVIEWER))
    form = AmendForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() or not may_review(request.user, case):
            try:
                amendment = open_amendment(
                    actor=request.user,
                    case=case,
                    kind=form.cleaned_data.get("kind", ""),
                    reason_code=form.cleaned_data.get("reason_code", ""),
                    reason=form.cleaned_data.get("reason", ""),
                )
            except DomainError as error:
                form.add_error(None, error.sentence)
                status = error.status
            else:
                if amendment.kind == AmendmentKind.CORRECTED:
                    return redirect("review:workspace", case.pk)
                return redirect("reports:sign", case.pk)
    elif not case.is_signed or open_amendment_of(case) is not None:
        status = Conflict.status
    context = {
        "case": case,
        "form": form,
        "report": current_report(case),
        "amendment": open_amendment_of(case),
    }
    return render(request, "reports/amend.html", context, status=status)


@sensitive_post_parameters("mrn", "birth_date")
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask for the right patient's number and birth date, and open a case of theirs with the same images."""
    case = visible_case(request.user, pk)
    if not may_review(request.user, case) and request.method != "POST":
        raise PermissionDenied(_(NOT_A_REVIEWER))
    form = MoveForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if not may_review(request.user, case):
            raise PermissionDenied(_(NOT_A_REVIEWER))
        if form.is_valid():
            try:
                new = move_to_patient(actor=request.user, case=case, **form.cleaned_data)
            except DomainError as error:
                form.add_error(None, error.sentence)
                status = error.status
            else:
                sentence = _("Case %(number)s was opened; its images are being analysed.")
                messages.success(request, sentence % {"number": new.accession_number})
                return redirect("workbench:case", new.pk)
    elif case.state != CaseState.WITHDRAWN:
        status = Conflict.status
    context = {"case": case, "form": form, "move": CaseMove.objects.filter(from_case=case).first()}
    return render(request, "reports/move.html", context, status=status)
