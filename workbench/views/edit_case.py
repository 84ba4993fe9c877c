"""Correcting the details of a specimen, while nothing is signed or for the correction of what was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.permissions import is_open_to_change, may_write_cases
from cases.selectors import visible_case
from cases.services.cases import update_case
from hematovision.camera import uses_camera
from hematovision.errors import Conflict, DomainError
from workbench.forms import SpecimenChangeForm

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@uses_camera
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_case(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show the specimen's details to be changed, and save them; a refusal stands by its field."""
    case = visible_case(request.user, pk)
    if not may_write_cases(request.user):
        raise PermissionDenied(_("Your role does not change cases."))
    status, is_closed = 200, not is_open_to_change(request.user, case)
    if request.method == "POST":
        form = SpecimenChangeForm(request.POST, case=case)
        status = 422
        if form.is_valid():
            try:
                update_case(actor=request.user, case=case, **form.cleaned_data)
            except DomainError as error:
                form.refuse(error, field="accession_number")
                status = error.status
            else:
                messages.success(request, _("The details were saved."))
                return redirect("workbench:case", case.pk)
    else:
        form = SpecimenChangeForm(case=case)
        if is_closed:
            status = Conflict.status
    context = {"case": case, "form": form, "is_closed": is_closed}
    return render(request, "workbench/edit_case.html", context, status=status)
