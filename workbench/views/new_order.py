"""An order placed by hand: for which clinic, for whom, and what is asked. One form, so that nothing typed is ever lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cases.models import OrderSource, Patient
from cases.permissions import may_register_for, may_write_orders
from cases.services.audit_trail import record_view
from cases.services.orders import receive_order
from hematovision.camera import uses_camera
from hematovision.errors import DomainError
from hematovision.forms import uuid_or_none
from workbench.forms import OrderForm, PatientForm
from workbench.patient_choice import PatientChoice, typed
from workbench.selectors import clinics_ordered_for

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.models import Organisation
    from accounts.requests import AuthenticatedRequest
    from cases.models import Order

CHOOSE_CLINIC = _("Choose the clinic that the order is for.")


@dataclass
class OrderDraft(PatientChoice):
    """What the page knows so far: the clinic, the patient, and what was typed."""

    clinics: list[Organisation] = field(default_factory=list)
    clinic: Organisation | None = None
    clinic_error: str = ""
    may_register: bool = False
    form: OrderForm = field(default_factory=OrderForm)
    waiting: list[Order] = field(default_factory=list)


@uses_camera
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_order(request: AuthenticatedRequest) -> HttpResponse:
    """Choose the clinic, look the patient up or register one where there is none, and place the order."""
    if not may_write_orders(request.user):
        raise PermissionDenied(gettext("Your role does not place orders."))
    draft = _read(request)
    if request.POST.get("action") == "create":
        placed = _place(request, draft)
        if placed is not None:
            done = gettext("Order %(number)s was placed. It waits for its case.")
            messages.success(request, done % {"number": placed.placer_number})
            return redirect("workbench:order", placed.pk)
    if draft.patient is not None:
        # Who sees that somebody asked already places no order twice.
        draft.waiting = list(draft.patient.orders.visible_to(request.user).waiting().most_pressing_first())
    return render(request, "workbench/new_order.html", {"draft": draft}, status=draft.status)


def _read(request: AuthenticatedRequest) -> OrderDraft:
    """Rebuild the page's state from what was sent, or start with the patient whose page led here."""
    draft = OrderDraft(clinics=clinics_ordered_for(request.user))
    places = {place.pk: place for place in draft.clinics}
    if request.method == "POST":
        chosen = uuid_or_none(request.POST.get("clinic", ""))
        draft.clinic = draft.clinics[0] if len(places) == 1 else places.get(chosen) if chosen else None
        creating = request.POST.get("action") == "create"
        draft.form = OrderForm(request.POST) if creating else OrderForm(initial=typed(request, OrderForm))
        if draft.clinic is None:
            draft.clinic_error, draft.status = str(CHOOSE_CLINIC), 422
            draft.mrn = request.POST.get("mrn", "").strip()
        else:
            draft.read_patient(request, draft.clinic.pk)
    else:
        draft.clinic = draft.clinics[0] if len(places) == 1 else None
        asked = uuid_or_none(request.GET.get("patient", ""))
        if asked is not None:
            known = Patient.objects.visible_to(request.user).current().filter(organisation__in=places)
            draft.patient = known.filter(pk=asked).first()
        if draft.patient is not None:
            record_view(actor=request.user, target=draft.patient)
            draft.clinic = places[draft.patient.organisation_id]
    draft.may_register = draft.clinic is not None and may_register_for(request.user, draft.clinic)
    return draft


def _place(request: AuthenticatedRequest, draft: OrderDraft) -> Order | None:
    """Place the order, registering the patient with it; None where something has to be corrected first."""
    draft.status = 422
    fits = draft.form.is_valid()
    if draft.clinic is None or not (_is_patient_settled(request, draft) and fits):
        return None
    refused: PatientForm | OrderForm = draft.patient_form
    try:
        # The patient is registered only if the order can be placed as well.
        with transaction.atomic():
            patient = draft.patient_or_registered(request.user, draft.clinic)
            refused = draft.form
            return receive_order(
                actor=request.user,
                patient=patient,
                clinic=draft.clinic,
                received_by=OrderSource.PAGE,
                **draft.form.cleaned_data,
            )
    except DomainError as error:
        refused.refuse(error, field="placer_number" if error.code == "duplicate_placer_number" else None)
        draft.status = error.status
        return None


def _is_patient_settled(request: AuthenticatedRequest, draft: OrderDraft) -> bool:
    """Whether there is a patient, or may be one: whoever does not register them says so on the page."""
    if draft.patient is None and draft.mrn and not draft.may_register:
        draft.looked_up = True
        return False
    return draft.is_settled(request, draft.clinic.pk if draft.clinic is not None else None)
