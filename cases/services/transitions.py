"""One step of a state machine: looked up, written, and kept as a row. Called by the services only.

Locks are always taken in the order patient, case, order, image, head of the audit chain, so that two transactions
never wait for each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.models import Case, CaseTransition, ImageTransition, Order, OrderTransition, SmearImage
from cases.order_verification import order_digest, reasons_digest
from cases.services.audit_trail import scope_of
from cases.states import (
    ALLOWED_CASE_STEPS,
    ALLOWED_IMAGE_STEPS,
    ALLOWED_ORDER_STEPS,
    OPEN_ORDER_STATES,
    ORDER_FOLLOWS_CASE,
    CaseState,
    ImageState,
    OrderState,
)
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from accounts.models import User

_ACTIONS = {CaseState.SUBMITTED: Action.SUBMIT, CaseState.CANCELLED: Action.CANCEL}


def lock_case(case: Case) -> Case:
    """Lock the case until the transaction ends and bring `case` up to the row; returns it."""
    # NO KEY: rows that refer to the case can still be inserted by others meanwhile.
    case.refresh_from_db(from_queryset=Case.objects.select_for_update(no_key=True))
    return case


def lock_image(image: SmearImage) -> SmearImage:
    """Lock the image's case, then the image, and bring both up to their rows; returns the image."""
    lock_case(image.case)
    case = image.case
    image.refresh_from_db(from_queryset=SmearImage.objects.select_for_update(no_key=True))
    image.case = case
    return image


def lock_order(order: Order) -> Order:
    """Lock the order's case, if it has one, then the order, and bring both up to their rows; returns the order.

    Raises `Conflict` where its case is being opened at this moment.
    """
    case = Case.objects.select_for_update(no_key=True, of=("self",)).filter(order=order.pk).first()
    order.refresh_from_db(from_queryset=Order.objects.select_for_update(no_key=True))
    if order.case_id != (case.pk if case is not None else None):
        raise Conflict(_("Somebody has just opened the case of this order. Look at it again."), code="order_changed")
    order.case = case
    return order


def step_case(*, case: Case, to: CaseState, by: User | None, reason: str = "") -> None:
    """Take a locked case one step, and its order along; raises `Conflict` for a step that is not allowed.

    A signature is a step of the case like any other, so an order hears of it here, whoever signed.
    """
    before = CaseState(case.state)
    if to not in ALLOWED_CASE_STEPS[before]:
        states = {"before": str(before.label).lower(), "after": str(CaseState(to).label).lower()}
        sentence = _("A case that is %(before)s cannot become %(after)s.") % states
        raise Conflict(sentence, code="state", details={"state": str(before)})
    case.state = to
    case.save(update_fields=["state", "submitted_at", "due_at", "owner"])
    CaseTransition.objects.create(case=case, from_state=before, to_state=to, by=by, reason=reason)
    record(
        actor=by,
        action=_ACTIONS.get(CaseState(to), Action.TRANSITION),
        target=case,
        reason=reason,
        before={"state": str(before)},
        after={"state": str(to)},
        **scope_of(case),
    )
    if to in ORDER_FOLLOWS_CASE:
        orders = Order.objects.select_for_update(no_key=True)
        for order in orders.filter(case=case, state__in=OPEN_ORDER_STATES):
            step_order(order=order, to=ORDER_FOLLOWS_CASE[to], by=by, reason=reason)


def step_order(*, order: Order, to: OrderState, by: User | None, reason: str = "", reason_code: str = "") -> None:
    """Take a locked order one step; raises `Conflict` for a step that is not allowed."""
    before = OrderState(order.state)
    if to not in ALLOWED_ORDER_STEPS[before]:
        states = {"before": str(before.label).lower(), "after": str(OrderState(to).label).lower()}
        sentence = _("This order is %(before)s and cannot become %(after)s.") % states
        raise Conflict(sentence, code="state", details={"state": str(before)})
    order.state = to
    if to == OrderState.REQUESTED:
        # Its specimen was rejected: it waits for the case of another one.
        order.case = None
    order.updated_at = timezone.now()
    order.save(update_fields=["state", "case", "updated_at"])
    OrderTransition.objects.create(
        order=order, from_state=before, to_state=to, by=by, reason=reason, reason_code=reason_code
    )
    # Why is words, of another system perhaps: the trail keeps a fingerprint of them.
    stored = Order.objects.get(pk=order.pk)
    record(
        actor=by,
        action=Action.CANCEL if to == OrderState.CANCELLED else Action.TRANSITION,
        target=order,
        before={"state": str(before)},
        after={"state": str(to), "row": order_digest(stored), "reasons": reasons_digest(stored)}
        | ({"reason_code": reason_code} if reason_code else {}),
        **scope_of(order),
    )


def step_image(*, image: SmearImage, to: ImageState, by: User | None, reason: str = "") -> None:
    """Take a locked image one step; raises `Conflict` for a step that is not allowed.

    Rejected and failed need a reason: it becomes the sentence shown beside the image.
    """
    before = ImageState(image.state)
    if to not in ALLOWED_IMAGE_STEPS[before]:
        states = {"before": str(before.label).lower(), "after": str(ImageState(to).label).lower()}
        sentence = _("An image that is %(before)s cannot become %(after)s.") % states
        raise Conflict(sentence, code="state", details={"state": str(before)})
    image.state = to
    image.problem = reason if to in {ImageState.REJECTED, ImageState.FAILED} else ""
    image.save(update_fields=["state", "problem", "taken_out_reason"])
    ImageTransition.objects.create(image=image, from_state=before, to_state=to, by=by, reason=reason)
    if by is not None:
        # What the worker does is in the transition rows and in its own run records.
        record(
            actor=by,
            action=Action.TRANSITION,
            target=image,
            reason=reason,
            before={"state": str(before)},
            after={"state": str(to)},
            **scope_of(image),
        )
