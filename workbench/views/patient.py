"""A patient: who they are, what they were called before, and the correction of either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from cases.models import Patient
from cases.models.restriction import sees_restricted
from cases.permissions import (
    ONLY_THE_REGISTERING_ORGANISATION,
    may_correct_patient,
    may_merge_patients,
    may_order_for,
    may_write_orders,
    refuse,
)
from cases.selectors import restriction_in_force
from cases.services.audit_trail import record_view
from cases.services.patients import update_patient
from hematovision.errors import DomainError, PermissionRefused
from workbench.forms.correction import CorrectionForm
from workbench.presenters.identities import corrections_of

if TYPE_CHECKING:
    from typing import NoReturn
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def patient_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show a patient with every former identity; a POST corrects them, and a refusal stands by its field."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    may_correct = may_correct_patient(request.user, patient)
    form, status = CorrectionForm(patient=patient), 200
    if request.method == "POST":
        if not may_correct:
            _refuse(request, patient)
        form, status = CorrectionForm(request.POST, patient=patient), 422
        if form.is_valid():
            before = patient.former_identities.count()
            try:
                corrected = update_patient(actor=request.user, patient=patient, **form.cleaned_data)
            except DomainError as error:
                form.refuse(error, field="mrn" if error.code == "duplicate_mrn" else None)
                # Whoever was overtaken sees the other correction above and may send theirs again.
                form.see_again(patient)
                status = error.status
            else:
                if corrected.former_identities.count() == before:
                    messages.info(request, "Nothing was changed: everything stands as it was.")
                else:
                    messages.success(request, f"The patient was corrected. Now: {corrected.full_name}.")
                return redirect("workbench:patient", patient.pk)
    else:
        record_view(actor=request.user, target=patient)
    context = {
        "patient": patient,
        "corrections": corrections_of(patient),
        "form": form if may_correct and not patient.merged_into_id else None,
        "may_correct": may_correct,
        "may_order": patient.merged_into_id is None
        and may_write_orders(request.user)
        and may_order_for(request.user, patient.organisation),
        "may_merge": may_merge_patients(request.user, patient),
        "numbers": patient.numbers.all(),
        "merged_patients": patient.merged_patients.order_by("created_at", "pk"),
        "sees_restriction": sees_restricted(request.user),
        "restriction": restriction_in_force(request.user, patient),
    }
    return render(request, "workbench/patient.html", context, status=status)


def _refuse(request: AuthenticatedRequest, patient: Patient) -> NoReturn:
    """Write that the person tried, and answer with the page of a refusal."""
    try:
        refuse(actor=request.user, target=patient, sentence=ONLY_THE_REGISTERING_ORGANISATION)
    except PermissionRefused as error:
        raise PermissionDenied(error.sentence) from error
