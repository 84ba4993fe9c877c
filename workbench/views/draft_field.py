"""Taking a field out of a draft, retaking it, and giving it another place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.models import SmearImage
from cases.permissions import may_send_images
from cases.quality import quality_verdict
from cases.selectors import visible_image
from cases.services.draft_fields import move_image, require_draft, take_out_image
from cases.states import ImageState
from classifier.selectors import output_for_image
from hematovision.errors import Conflict, DomainError
from workbench.forms import TakeOutForm
from workbench.presenters.uploads import sending_facts

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest

_PLACES = {"earlier": -1, "later": 1}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft_field(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask for the better picture of a field, or why it is taken out; carry out the latter, or a move that a button asks for."""
    images = SmearImage.objects.select_related("case__patient", "case__clinic", "case__laboratory", "case__owner")
    image = visible_image(request.user, pk, images)
    if not may_send_images(request.user):
        raise PermissionDenied(_("Your role does not change the images of a case."))
    form, status = TakeOutForm(), 200
    refused = ""
    if request.method == "POST":
        form, status = TakeOutForm(request.POST), 422
        try:
            if request.POST.get("move") in _PLACES:
                move_image(actor=request.user, image=image, by=_PLACES[request.POST["move"]])
                return redirect(f"{reverse('workbench:case', args=[image.case_id])}#image-{image.pk}")
            if form.is_valid():
                take_out_image(actor=request.user, image=image, reason=form.cleaned_data["reason"])
                done = _("Field %(number)s was taken out. It stays in the record of the case.")
                messages.success(request, done % {"number": image.ordinal})
                return redirect("workbench:case", image.case_id)
        except DomainError as error:
            form, status, refused = TakeOutForm(), error.status, error.sentence
    context = {**_shown(image, refused), **sending_facts(), "form": form}
    if context["refused"] and status == 200:
        status = Conflict.status
    return render(request, "workbench/draft_field.html", context, status=status)


def _shown(image: SmearImage, refused: str) -> dict[str, Any]:
    """What the page says of the field: why it stays as it is, or what is wrong with it."""
    analysis = output_for_image(image).analyses.get(image.pk)
    try:
        require_draft(image.case)
    except DomainError as error:
        refused = refused or error.sentence
    if image.state == ImageState.TAKEN_OUT:
        refused = _("This field was taken out already. It stays in the record of the case.")
    quality = quality_verdict(analysis.quality) if analysis else None
    return {"case": image.case, "image": image, "quality": quality, "refused": refused}
