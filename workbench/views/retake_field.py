"""Taking again a field that the laboratory sent back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.models import FieldReturn, SmearImage
from cases.permissions import may_send_images
from cases.selectors import visible_image
from workbench.presenters.uploads import sending_facts

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_safe
def retake_field(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Say why a field went back and what to do, and take its better picture; the case's page where it waits for none."""
    images = SmearImage.objects.select_related("case__patient", "case__clinic", "case__laboratory", "case__owner")
    image = visible_image(request.user, pk, images)
    if not may_send_images(request.user):
        raise PermissionDenied(_("Your role does not change the images of a case."))
    returned = FieldReturn.objects.filter(image=image).waiting().first()
    if returned is None:
        return redirect("workbench:case", image.case_id)
    context = {"case": image.case, "image": image, "returned": returned, **sending_facts()}
    return render(request, "workbench/retake_field.html", context)
