"""A patient: who they are, what they were called before, and the correction of either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.models import Patient, PatientNumber
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
from cases.services.patient_numbers import add_number, end_number
from cases.services.patients import update_patient
from hematovision.errors import DomainError, PermissionRefused
from hematovision.forms import uuid_or_none
from workbench.forms import NumberForm
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
    """Show a patient with every number and former identity; a POST corrects them, or adds or ends a number."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    may_correct = may_correct_patient(request.user, patient)
    form, number_form, end_error, status = CorrectionForm(patient=patient), NumberForm(), "", 200
    if request.method == "POST":
        if not may_correct:
            _refuse(request, patient)
        status = 422
        action = request.POST.get("action", "")
        try:
            if action == "end_number":
                return _number_ended(request, patient)
            if action == "add_number":
                number_form = NumberForm(request.POST)
                if number_form.is_valid():
                    return _number_added(request, patient, number_form)
            else:
                form = CorrectionForm(request.POST, patient=patient)
                if form.is_valid():
                    return _corrected(request, patient, form)
        except DomainError as error:
            status = error.status
            if action == "end_number":
                end_error = error.sentence
            elif action == "add_number":
                number_form.refuse(error, field="value")
            else:
                form.refuse(error, field="mrn" if error.code == "duplicate_mrn" else None)
                # Whoever was overtaken sees the other correction above and may send theirs again.
                form.see_again(patient)
    else:
        record_view(actor=request.user, target=patient)
    may_change = may_correct and not patient.merged_into_id
    context = {
        "patient": patient,
        "corrections": corrections_of(patient),
        "form": form if may_change else None,
        "number_form": number_form if may_change else None,
        "end_error": end_error,
        "may_order": not patient.merged_into_id
        and may_write_orders(request.user)
        and may_order_for(request.user, patient.organisation),
        "may_merge": may_merge_patients(request.user, patient),
        "numbers": patient.numbers.all(),
        "merged_patients": patient.merged_patients.order_by("created_at", "pk"),
        "sees_restriction": sees_restricted(request.user),
        "restriction": restriction_in_force(request.user, patient),
    }
    return render(request, "workbench/patient.html", context, status=status)


def _corrected(request: AuthenticatedRequest, patient: Patient, form: CorrectionForm) -> HttpResponse:
    before = patient.former_identities.count()
    corrected = update_patient(actor=request.user, patient=patient, **form.cleaned_data)
    if corrected.former_identities.count() == before:
        messages.info(request, _("Nothing was changed: everything stands as it was."))
    else:
        messages.success(request, _("The patient was corrected. Now: %(name)s.") % {"name": corrected.full_name})
    return redirect("workbench:patient", patient.pk)


def _number_added(request: AuthenticatedRequest, patient: Patient, form: NumberForm) -> HttpResponse:
    add_number(actor=request.user, patient=patient, **form.cleaned_data)
    messages.success(request, _("The number was added. The search finds the patient by it."))
    return redirect("workbench:patient", patient.pk)


def _number_ended(request: AuthenticatedRequest, patient: Patient) -> HttpResponse:
    pk = uuid_or_none(request.POST.get("number", ""))
    if pk is None:
        raise Http404
    numbers = PatientNumber.objects.select_related("patient__organisation").filter(patient=patient)
    number: PatientNumber = get_object_or_404(numbers, pk=pk)
    end_number(actor=request.user, number=number)
    done = _("The number of %(system)s was ended. The search still finds the patient by it.")
    messages.success(request, done % {"system": number.system})
    return redirect("workbench:patient", patient.pk)


def _refuse(request: AuthenticatedRequest, patient: Patient) -> NoReturn:
    """Write that the person tried, and answer with the page of a refusal."""
    try:
        refuse(actor=request.user, target=patient, sentence=ONLY_THE_REGISTERING_ORGANISATION)
    except PermissionRefused as error:
        raise PermissionDenied(error.sentence) from error
