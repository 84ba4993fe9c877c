"""Changing what an order says, until its case is under review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.permissions import may_change_order
from cases.selectors import visible_order
from cases.services.audit_trail import record_view
from cases.services.orders import change_order, require_changeable
from hematovision.errors import Conflict, DomainError
from workbench.forms import OrderChangeForm

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_order(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show what the order says to be changed, and save it; a refusal stands by its field."""
    order = visible_order(request.user, pk)
    if not may_change_order(request.user, order):
        raise PermissionDenied(_("Your role does not change orders."))
    status = 200
    if request.method == "POST":
        form = OrderChangeForm(request.POST, order=order)
        status = 422
        if form.is_valid():
            try:
                change_order(actor=request.user, order=order, **form.cleaned_data)
            except DomainError as error:
                form.refuse(error)
                # Whoever was overtaken may send theirs again.
                form.see_again()
                status = error.status
            else:
                messages.success(request, _("Order %(number)s was saved.") % {"number": order.placer_number})
                return redirect("workbench:order", order.pk)
    else:
        record_view(actor=request.user, target=order)
        form = OrderChangeForm(order=order)
    closed = ""
    try:
        require_changeable(order)
    except Conflict as error:
        closed, status = error.sentence, error.status
    return render(request, "workbench/edit_order.html", {"order": order, "form": form, "closed": closed}, status=status)
