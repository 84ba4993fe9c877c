"""The restriction of a patient: whether there is one, and, for administrators, restricting and lifting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.models import Patient
from cases.models.restriction import sees_restricted
from cases.permissions import may_restrict_patient
from cases.services.audit_trail import record_view
from cases.services.restrictions import lift_restriction, restrict_patient
from hematovision.errors import DomainError, PermissionRefused

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def restriction(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show every restriction of a patient; a POST restricts them, and with `restriction` lifts that one."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            sentence = _change(request, patient, reason)
        except PermissionRefused as error:
            raise PermissionDenied(error.sentence) from error
        except DomainError as error:
            context, status = {"error": error.sentence, "reason": reason}, error.status
        else:
            messages.success(request, sentence)
            return redirect("workbench:restriction", patient.pk)
    elif not sees_restricted(request.user):
        raise PermissionDenied(_("Restrictions are for administrators and auditors of the laboratory."))
    else:
        record_view(actor=request.user, target=patient, after={"part": "restrictions"})
    found = list(patient.restrictions.select_related("restricted_by", "lift__lifted_by"))
    context |= {
        "patient": patient,
        "restrictions": found,
        "in_force": next((each for each in found if each.is_in_force), None),
        "may_restrict": may_restrict_patient(request.user, patient),
    }
    return render(request, "workbench/restriction.html", context, status=status)


def _change(request: AuthenticatedRequest, patient: Patient, reason: str) -> str:
    """Restrict the patient or lift a restriction, and say so in a sentence."""
    chosen = request.POST.get("restriction", "")
    if not chosen:
        restrict_patient(actor=request.user, patient=patient, reason=reason)
        return _("The patient is restricted: only administrators and auditors see them and their cases.")
    found = next(
        (each for each in patient.restrictions.select_related("patient__organisation") if str(each.pk) == chosen), None
    )
    if found is None:
        raise Http404
    lift_restriction(actor=request.user, restriction=found, reason=reason)
    return _("The restriction was lifted: the patient is shown again as before.")
