"""The pseudonymisation of a patient: what it does, and, for administrators, doing it after a confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.models import Patient, Pseudonymisation
from cases.models.restriction import sees_restricted
from cases.permissions import may_restrict_patient
from cases.selectors import restriction_in_force
from cases.services.audit_trail import record_view
from hematovision.errors import DomainError, PermissionRefused
from oversight.services.pseudonymisation import pseudonymise_patient

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pseudonymisation(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Say what pseudonymisation does and whether it was done; a POST with the record number and a reason does it."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        reason, mrn = request.POST.get("reason", ""), request.POST.get("mrn", "")
        try:
            pseudonymise_patient(actor=request.user, patient=patient, mrn=mrn, reason=reason)
        except PermissionRefused as error:
            raise PermissionDenied(error.sentence) from error
        except DomainError as error:
            context, status = {"error": error.sentence, "reason": reason, "mrn": mrn}, error.status
        else:
            messages.success(request, _("The patient was pseudonymised."))
            return redirect("workbench:pseudonymisation", patient.pk)
    elif not sees_restricted(request.user):
        raise PermissionDenied(_("Pseudonymisation is for administrators and auditors of the laboratory."))
    else:
        record_view(actor=request.user, target=patient, after={"part": "pseudonymisation"})
    context |= {
        "patient": patient,
        "done": Pseudonymisation.objects.filter(patient=patient).select_related("by").first(),
        "restriction": restriction_in_force(request.user, patient),
        "may_pseudonymise": may_restrict_patient(request.user, patient),
        "days": settings.RECORD_DAYS,
    }
    return render(request, "workbench/pseudonymisation.html", context, status=status)
