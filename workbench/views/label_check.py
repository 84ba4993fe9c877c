"""The label of a slide against the case, before it is submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.selectors import visible_case
from cases.services.label_checks import check_label, confirm_label
from hematovision.camera import uses_camera
from hematovision.errors import DomainError, NotFound
from hematovision.forms import uuid_or_none
from workbench.views.case import show_case

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest
    from cases.models import Case


@uses_camera
@login_required
@require_POST
def check_label_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Keep what the label says; the page of the case shows whether it is of this case."""
    case = visible_case(request.user, pk)
    try:
        check_label(actor=request.user, case=case, text=request.POST.get("code", ""))
    except DomainError as error:
        return _refused(request, case, error)
    return redirect(f"{reverse('workbench:case', args=[case.pk])}#label")


@uses_camera
@login_required
@require_POST
def confirm_label_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Keep why a label that says otherwise is on the right slide."""
    case = visible_case(request.user, pk)
    reason = request.POST.get("reason", "")
    if (check := uuid_or_none(request.POST.get("check", ""))) is None:
        raise NotFound
    try:
        confirm_label(actor=request.user, case=case, check=check, reason=reason)
    except DomainError as error:
        return _refused(request, case, error, label_reason=reason)
    return redirect(f"{reverse('workbench:case', args=[case.pk])}#label")


def _refused(request: AuthenticatedRequest, case: Case, error: DomainError, **typed: Any) -> HttpResponse:
    return show_case(request, case, status=error.status, label_error=error.sentence, **typed)
