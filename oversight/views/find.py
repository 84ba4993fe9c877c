"""From what somebody knows of a case or a patient to its events in the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from cases.models import Case, Patient
from cases.services.audit_trail import record_search

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@overseers_only
@require_POST
def find_record(request: HttpRequest) -> HttpResponse:
    """Lead from an accession number or a record number to the audit trail narrowed by the record's id.

    What is typed travels in the body and the address that follows holds an id alone.
    """
    user = signed_in(request)
    text = request.POST.get("q", "").strip()
    events = reverse("audit:events")
    case = Case.objects.visible_to(user).with_accession_number(text).order_by("pk").first() if text else None
    patient = None
    if text and not case:
        # A number may have gone to another patient after a correction: who has it now comes first.
        patients = Patient.objects.visible_to(user).order_by("pk")
        patient = patients.current().with_mrn(text).first() or patients.ever_with_number(text).first()
    record_search(
        actor=user,
        object_type="cases.case" if case else "cases.patient",
        terms=["accession_number"] if case else ["mrn"],
        found=int(bool(case or patient)),
    )
    if case:
        return redirect(f"{events}?case={case.pk}")
    if patient:
        return redirect(f"{events}?patient={patient.pk}")
    messages.warning(request, _("No case has this accession number, and no patient this record number."))
    return redirect(events)
