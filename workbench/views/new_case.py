"""A new case: for a waiting order, or for a patient; then what was sent. One form, so that nothing typed is ever lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.models import Order
from cases.permissions import may_write_cases
from cases.services.audit_trail import record_list, record_view
from cases.services.cases import create_case
from cases.services.orders import open_case_of_order
from hematovision.camera import uses_camera
from hematovision.errors import DomainError
from hematovision.forms import uuid_or_none
from workbench.forms import PatientForm, SpecimenForm
from workbench.patient_choice import LETS_GO, PatientChoice, typed
from workbench.presenters.orders import Difference, differences

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest
    from cases.models import Case, OrderQuerySet

MOST_ORDERS_OFFERED = 10


@dataclass
class Draft(PatientChoice):
    """What the page knows so far: the order or the patient chosen, the record number looked for, what was typed."""

    waiting: list[Order] = field(default_factory=list)
    waiting_count: int = 0
    order: Order | None = None
    order_error: str = ""
    differences: list[Difference] = field(default_factory=list)
    specimen_form: SpecimenForm = field(default_factory=SpecimenForm)


@uses_camera
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_case(request: AuthenticatedRequest) -> HttpResponse:
    """Take a waiting order, or look a patient up and register one where there is none, and open a case."""
    if not may_write_cases(request.user):
        raise PermissionDenied(_("Your role does not open cases."))
    draft = _read(request) if request.method == "POST" else Draft()
    _choose_order(request, draft)
    if request.POST.get("action") == "create" and not draft.order_error:
        case = _create(request, draft)
        if case is not None:
            done = _("Case %(number)s is open. Add its images next.")
            messages.success(request, done % {"number": case.accession_number})
            for difference in draft.differences:
                messages.warning(request, _("The order was taken. %(difference)s") % {"difference": difference})
            return redirect("workbench:case", case.pk)
    if draft.order is None:
        _offer_orders(request, draft)
    return render(request, "workbench/new_case.html", {"draft": draft}, status=draft.status)


def _waiting(request: AuthenticatedRequest) -> OrderQuerySet:
    """The orders that the person's own organisation placed and nobody opened a case for."""
    return Order.objects.visible_to(request.user).waiting().filter(clinic=request.user.organisation_id)


def _choose_order(request: AuthenticatedRequest, draft: Draft) -> None:
    """Take the order that was chosen here or on its page: its patient, and what it says, locked."""
    named = request.POST.get("order", "") if request.method == "POST" else request.GET.get("order", "")
    if not named or request.POST.get("action") in LETS_GO:
        return
    pk = uuid_or_none(named)
    order = _waiting(request).select_related("patient", "clinic").filter(pk=pk).first() if pk is not None else None
    if order is None:
        draft.order_error = _("This order does not wait any more. Choose another, or open a case without one.")
        draft.status = 409
        return
    record_view(actor=request.user, target=order)
    draft.differences = differences(order, SpecimenForm(request.POST), patient=draft.patient, mrn=draft.mrn)
    draft.order, draft.patient, draft.mrn, draft.mrn_error = order, order.patient, "", ""
    creating = request.POST.get("action") == "create"
    kept = {} if creating else typed(request, SpecimenForm)
    draft.specimen_form = SpecimenForm(request.POST if creating else None, initial=kept, order=order)
    draft.status = 200


def _offer_orders(request: AuthenticatedRequest, draft: Draft) -> None:
    """Offer the waiting orders, most pressing first; once a patient is chosen, theirs alone."""
    waiting = _waiting(request)
    if draft.patient is not None:
        waiting = waiting.filter(patient=draft.patient)
    draft.waiting_count = waiting.count()
    draft.waiting = list(waiting.select_related("patient").most_pressing_first()[:MOST_ORDERS_OFFERED])
    if draft.waiting:
        record_list(actor=request.user, object_type="cases.order", count=len(draft.waiting))


def _read(request: AuthenticatedRequest) -> Draft:
    """Rebuild the page's state from what was sent; only "create" checks the forms."""
    draft = Draft()
    draft.specimen_form = (
        SpecimenForm(request.POST)
        if request.POST.get("action") == "create"
        else SpecimenForm(initial=typed(request, SpecimenForm))
    )
    draft.read_patient(request, request.user.organisation_id)
    return draft


def _create(request: AuthenticatedRequest, draft: Draft) -> Case | None:
    """Open the case, registering the patient with it; None where something has to be corrected first."""
    draft.status = 422
    specimen_fits = draft.specimen_form.is_valid()
    if not (draft.is_settled(request, request.user.organisation_id) and specimen_fits):
        return None
    refused: PatientForm | SpecimenForm = draft.patient_form
    try:
        # The patient is registered only if the case can be opened as well.
        with transaction.atomic():
            patient = draft.patient_or_registered(request.user)
            refused = draft.specimen_form
            if draft.order is not None:
                return open_case_of_order(
                    actor=request.user, order=draft.order, **draft.specimen_form.cleaned_data
                ).case
            return create_case(actor=request.user, patient=patient, **draft.specimen_form.cleaned_data)
    except DomainError as error:
        refused.refuse(error, field="accession_number" if refused is draft.specimen_form else None)
        draft.status = error.status
        return None
