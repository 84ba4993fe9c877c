"""Whether a patient objects to teaching with their cells: said on a page of the patient by whoever may correct them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.models import Patient
from cases.services.audit_trail import record_view
from education.models import TeachingObjection
from education.permissions import may_record_objection
from education.services.consents import lift_objection, record_objection
from hematovision.errors import DomainError, PermissionRefused

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show what a patient says of teaching with their cells; a POST records an objection, or its end."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    refused, status = "", 200
    if request.method == "POST":
        try:
            messages.success(request, _changed(request, patient))
        except PermissionRefused as error:
            raise PermissionDenied(error.sentence) from error
        except DomainError as error:
            refused, status = error.sentence, error.status
        else:
            return redirect("education:objection", patient.pk)
    else:
        record_view(actor=request.user, target=patient, after={"part": "objection to teaching"})
    said = TeachingObjection.objects.of_person(patient).select_related("recorded_by", "lifted_by")
    context = {
        "patient": patient,
        "objections": said,
        "objects": any(each.lifted_at is None for each in said),
        "may_record": may_record_objection(request.user, patient),
        "refused": refused,
    }
    return render(request, "education/objection.html", context, status=status)


def _changed(request: AuthenticatedRequest, patient: Patient) -> str:
    if request.POST.get("action") == "lift":
        lift_objection(actor=request.user, patient=patient)
        return _("The objection was taken back. What was recalled stays recalled.")
    count = record_objection(actor=request.user, patient=patient)
    told = ngettext(
        "The objection was recorded and %(count)s cell recalled.",
        "The objection was recorded and %(count)s cells recalled.",
        count,
    )
    return told % {"count": count}
