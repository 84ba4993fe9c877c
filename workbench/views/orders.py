"""The orders of a clinic or laboratory: the list, one of them, and taking one back or rejecting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Role
from cases.models import Case, Order, OrderRejection, Patient, Priority
from cases.permissions import (
    may_change_order,
    may_link_order,
    may_open_case_of,
    may_reject_order,
    may_write_orders,
)
from cases.selectors import visible_order
from cases.services.audit_trail import record_list, record_view
from cases.services.order_links import cases_for, link_order
from cases.services.orders import cancel_order, reject_order
from cases.states import CaseState
from hematovision.errors import DomainError
from hematovision.forms import uuid_or_none
from hematovision.paging import CappedPaginator, rows_of
from notices.permissions import may_follow_orders
from notices.services import mark_subject_read
from workbench.forms.order_filters import ORDER_TABS, OrderFilters
from workbench.selectors import clinics_to_choose_from

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest
    from cases.models import OrderQuerySet

ORDERS_PER_PAGE = 50


@login_required
@require_GET
def orders(request: AuthenticatedRequest) -> HttpResponse:
    """Show one line an order: those that wait first, filters in the address."""
    if request.user.role == Role.STUDENT:
        raise PermissionDenied(_("Orders are shown to the people of clinics and laboratories."))
    filters = OrderFilters.from_query(request.GET)
    visible = Order.objects.visible_to(request.user)
    page = CappedPaginator(filters.apply(visible).values_list("pk", flat=True), ORDERS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    found = rows_of(page, Order.objects.select_related("patient", "clinic", "case"))
    record_list(actor=request.user, object_type="cases.order", count=len(found))
    if request.user.organisation_id is not None:
        # Routine orders are told of together, as something about the place.
        mark_subject_read(actor=request.user, subject_id=request.user.organisation_id)
    context = {
        "filters": filters,
        "tabs": _tabs(filters.but_state(visible)),
        "clinics": clinics_to_choose_from(request.user),
        "priorities": Priority.choices,
        "page": page,
        "orders": found,
        "may_follow": may_follow_orders(request.user),
        "may_place": may_write_orders(request.user),
    }
    return render(request, "workbench/orders.html", context)


@login_required
@require_GET
def order(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show one order: what it says, its steps, and its case."""
    found = visible_order(request.user, pk)
    record_view(actor=request.user, target=found)
    mark_subject_read(actor=request.user, subject_id=found.pk)
    may_change = found.is_open and may_change_order(request.user, found)
    context = {
        "order": found,
        "steps": found.transitions.select_related("by").order_by("-at", "-pk"),
        "shows_patient": Patient.objects.visible_to(request.user).filter(pk=found.patient_id).exists(),
        # A draft is the clinic's own, the order is not.
        "shows_case": Case.objects.visible_to(request.user).filter(order=found).exists(),
        "may_open": found.is_waiting and may_open_case_of(request.user, found),
        "may_edit": may_change and not (found.case is not None and found.case.state == CaseState.IN_REVIEW),
        "may_cancel": may_change,
        "may_reject": may_change and may_reject_order(request.user, found),
        "may_link": may_link_order(request.user, found) and cases_for(request.user, found).exists(),
    }
    return render(request, "workbench/order.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def link_order_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show the cases that a waiting order may be about, and make the chosen one its case."""
    found = visible_order(request.user, pk)
    if not may_link_order(request.user, found):
        raise PermissionDenied(_("Orders are linked by their clinic and by the laboratory."))
    cases = cases_for(request.user, found)
    context: dict[str, Any] = {"order": found, "cases": cases}
    status = 200
    if request.method == "POST":
        chosen = uuid_or_none(request.POST.get("case", ""))
        case = cases.filter(pk=chosen).first() if chosen else None
        if case is None:
            context["error"], status = _("Choose the case."), 400
        else:
            try:
                link_order(actor=request.user, order=found, case=case)
            except DomainError as error:
                context["error"], status = error.sentence, error.status
            else:
                done = _("The order is linked with case %(number)s.")
                messages.success(request, done % {"number": case.accession_number})
                return redirect("workbench:order", pk=found.pk)
    else:
        record_view(actor=request.user, target=found)
    return render(request, "workbench/link_order.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_order_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask for the reason, then take the order back."""
    found = visible_order(request.user, pk)
    if not may_change_order(request.user, found):
        raise PermissionDenied(_("Your role does not cancel orders."))
    return _ended(request, found, rejects=False)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reject_order_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask why the laboratory does not carry the order out, then reject it."""
    found = visible_order(request.user, pk)
    if not may_reject_order(request.user, found):
        raise PermissionDenied(_("Only the laboratory that an order was placed with rejects it."))
    return _ended(request, found, rejects=True)


def _ended(request: AuthenticatedRequest, found: Order, *, rejects: bool) -> HttpResponse:
    reason, code = request.POST.get("reason", "").strip(), request.POST.get("reason_code", "")
    context: dict[str, Any] = {"order": found, "reason": reason, "reason_code": code, "rejects": rejects}
    status = 200
    if request.method == "POST":
        try:
            if rejects:
                reject_order(actor=request.user, order=found, reason_code=code, reason=reason)
            else:
                cancel_order(actor=request.user, order=found, reason=reason)
        except DomainError as error:
            context["error"] = error.sentence
            status = error.status
        else:
            rejected = _("Order %(number)s was rejected. It stays on record.")
            cancelled = _("Order %(number)s was cancelled. It stays on record.")
            messages.success(request, (rejected if rejects else cancelled) % {"number": found.placer_number})
            return redirect("workbench:order", found.pk)
    context["reasons"] = OrderRejection.choices
    return render(request, "workbench/end_order.html", context, status=status)


def _tabs(listed: OrderQuerySet) -> list[dict[str, Any]]:
    """Return the tabs with how many orders each holds."""
    counts = dict(listed.order_by().values_list("state").annotate(number=Count("pk")))
    return [
        {"key": key, "label": label, "count": sum(counts.get(state, 0) for state in states)}
        for key, (label, states) in ORDER_TABS.items()
    ]
