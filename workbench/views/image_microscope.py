"""Correcting the microscope of a field, or of all fields of its case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cases.models import SmearImage
from cases.permissions import is_open_to_change, may_write_cases
from cases.selectors import microscopes_for, visible_image
from cases.services.microscopes import correct_microscope
from hematovision.errors import Conflict, DomainError
from workbench.forms import NOT_NAMED, ImageMicroscopeForm

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def image_microscope(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask which microscope a field was taken with, and save it; a refusal stands above the form."""
    images = SmearImage.objects.select_related(
        "case__patient", "case__clinic", "case__laboratory", "case__owner", "microscope"
    )
    image = visible_image(request.user, pk, images)
    case = image.case
    if not may_write_cases(request.user):
        raise PermissionDenied(_("Your role does not change cases."))
    offered = list(microscopes_for(case).order_by("organisation__name", "name"))
    is_closed = not is_open_to_change(request.user, case)
    status = Conflict.status if is_closed else 200
    if request.method == "POST":
        form = ImageMicroscopeForm(request.POST, offered=offered)
        status = 422
        if form.is_valid():
            chosen = {str(one.pk): one for one in offered}.get(form.cleaned_data["microscope"])
            taken = list(images.counting().filter(case=case)) if form.cleaned_data["all_fields"] else [image]
            try:
                changed = correct_microscope(actor=request.user, images=taken, microscope=chosen)
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                _say(request, changed)
                return redirect("workbench:case", case.pk)
    else:
        now = str(image.microscope_id) if image.microscope_id else NOT_NAMED
        form = ImageMicroscopeForm(initial={"microscope": now}, offered=offered)
    context = {"case": case, "image": image, "form": form, "offered": offered, "is_closed": is_closed}
    return render(request, "workbench/image_microscope.html", context, status=status)


def _say(request: AuthenticatedRequest, changed: int) -> None:
    if changed:
        done = ngettext(
            "The microscope of %(count)s field was corrected.",
            "The microscope of %(count)s fields was corrected.",
            changed,
        )
        messages.success(request, done % {"count": changed})
    else:
        messages.info(request, _("Nothing changed: the fields were taken with this microscope already."))
