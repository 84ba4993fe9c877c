"""Sending a field back to the clinic, and keeping it after all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.models import SmearImage
from cases.selectors import visible_image
from cases.states import CaseState
from hematovision.errors import Conflict, DomainError, NotFound, PermissionRefused
from review.forms import ReturnFieldForm
from review.permissions import NOT_A_REVIEWER, may_review
from review.selectors import holds
from review.services.field_returns import return_field, take_back_return

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def return_field_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask why a field goes back to the clinic, and send it back; a POST with `keep` keeps one that was sent back."""
    images = SmearImage.objects.select_related("case__patient", "case__clinic", "case__laboratory", "case__owner")
    image = visible_image(request.user, pk, images)
    case = image.case
    if not may_review(request.user, case):
        raise PermissionDenied(_(NOT_A_REVIEWER))
    form, refused, status = ReturnFieldForm(), "", 200
    if request.method == "POST":
        form = ReturnFieldForm(request.POST)
        try:
            if request.POST.get("keep"):
                return _keep(request, image)
            if form.is_valid():
                return_field(actor=request.user, image=image, **form.cleaned_data)
                messages.success(request, _("Field %(number)s was sent back.") % {"number": image.ordinal})
                return redirect("review:workspace", case.pk)
            status = 422
        except PermissionRefused as error:
            raise PermissionDenied(error.sentence) from error
        except DomainError as error:
            status = error.status
            if "errors" in error.details:
                form.refuse(error)
            else:
                refused = error.sentence
    elif case.state != CaseState.IN_REVIEW or not holds(request.user, case):
        refused, status = _("Only whoever is reviewing the case sends a field back."), Conflict.status
    context = {"case": case, "image": image, "form": form, "refused": refused}
    return render(request, "review/return_field.html", context, status=status)


def _keep(request: AuthenticatedRequest, image: SmearImage) -> HttpResponse:
    returned = image.returns.select_related("image__case__laboratory").filter(outcome="").first()
    if returned is None:
        raise NotFound(_("This field was not sent back."))
    take_back_return(actor=request.user, returned=returned)
    messages.success(request, _("Field %(number)s counts again.") % {"number": image.ordinal})
    return redirect(f"{reverse('workbench:case', args=[image.case_id])}#image-{image.pk}")
