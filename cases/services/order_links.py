"""Orders that come after their case: in a downtime the specimen is read first and the order arrives later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, Order
from cases.permissions import may_link_order, must_see, refuse
from cases.services.transitions import lock_case, lock_order, step_order
from cases.states import SIGNED_STATES, CaseState, OrderState
from hematovision.errors import Conflict, NotFound

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import CaseQuerySet

LOOKS_BACK = timedelta(days=14)
_NEVER = (CaseState.CANCELLED, CaseState.REJECTED, CaseState.WITHDRAWN)


def cases_for(user: User, order: Order) -> CaseQuerySet:
    """Return the cases that may be what a waiting order asks for, as `user` sees them.

    They are of the same patient and clinic, have no order, and were collected on the same day (UTC); where either side does not say
    when, they were opened in the two weeks before the order came. Nothing is linked by this: a person decides.
    """
    if not order.is_waiting:
        return Case.objects.none()
    found = Case.objects.visible_to(user).filter(
        patient=order.patient_id, clinic=order.clinic_id, laboratory=order.laboratory_id, order__isnull=True
    )
    recent = Q(created_at__gte=order.created_at - LOOKS_BACK)
    if order.collected_at is None:
        same_day = recent
    else:
        same_day = Q(collected_at__date=order.collected_at.date()) | Q(collected_at__isnull=True) & recent
    return found.exclude(state__in=_NEVER).filter(same_day).order_by("-created_at", "id")


def link_order(*, actor: User, order: Order, case: Case) -> Order:
    """Make `case` the case of a waiting order, which then stands where the case stands. Nothing in the case changes.

    Raises `NotFound` for a record the actor does not see or that is not among `cases_for`, `PermissionRefused`, and `Conflict` (code
    `state`) for an order that does not wait any more.
    """
    must_see(actor=actor, record_=order)
    if not may_link_order(actor, order):
        refuse(
            actor=actor, target=order, sentence=gettext_lazy("Orders are linked by their clinic and by the laboratory.")
        )
    with transaction.atomic():
        lock_case(case)
        lock_order(order)
        if not order.is_waiting:
            state = order.get_state_display().lower()
            sentence = _("This order does not wait any more: it is %(state)s.") % {"state": state}
            raise Conflict(sentence, code="state", details={"state": order.state})
        if not cases_for(actor, order).filter(pk=case.pk).exists():
            raise NotFound
        order.case = case
        for state in _steps_to(CaseState(case.state)):
            why = "Linked with a case that was opened before."  # not translated here: cases.words
            step_order(order=order, to=state, by=actor, reason=why)
    return order


def _steps_to(state: CaseState) -> list[OrderState]:
    """The steps that bring a waiting order to where its case stands."""
    steps = [OrderState.ACCEPTED]
    if state != CaseState.DRAFT:
        steps.append(OrderState.IN_PROGRESS)
    if state in SIGNED_STATES:
        steps.append(OrderState.COMPLETED)
    return steps
