"""Orders: receive one, change or cancel one, open its case.

What happens to the case afterwards is told to its order by `cases.services.transitions.step_case`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role
from audit.models import Action
from audit.services import record
from cases.models import Order, OrderRejection, OrderSource, OrderTransition
from cases.models.order import ABOUT_PEOPLE
from cases.order_verification import order_digest, reasons_digest
from cases.permissions import (
    NOT_FOR_THIS_ORGANISATION,
    may_change_order,
    may_number_orders,
    may_open_case_of,
    may_order_for,
    may_reject_order,
    may_write_orders,
    must_see,
    refuse,
)
from cases.services.audit_trail import scope_of
from cases.services.cases import apply_details, create_case
from cases.services.restrictions import require_open_to_cases
from cases.services.transitions import lock_order, step_case, step_order
from cases.services.validation import clean_record
from cases.states import CaseState, OrderState
from cases.words import in_english
from hematovision.errors import Conflict, PreconditionFailed, Unprocessable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from accounts.models import Organisation, User
    from cases.models import Case, Patient

UNDER_REVIEW = gettext_lazy("A pathologist has the case of this order under review. Ask the laboratory.")
_SAME_NUMBER = gettext_lazy("The laboratory already has an order with this placer number.")
_ANOTHER_PLACE = gettext_lazy("This patient is registered at another organisation than the one that places the order.")
_ANOTHER_NUMBERING = gettext_lazy(
    "Another organisation of the laboratory numbers its orders under this name. Leave it out for your own numbering."
)
_OF_THE_CASE = frozenset({"priority", "clinical_question", "collected_at", "wbc", "wbc_source", "wbc_measured_at"})
_CHANGEABLE = _OF_THE_CASE | {
    "group_number",
    "service_code",
    "ordering_name",
    "ordering_id",
    "visit_number",
    "location",
    "specimen_id",
}


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case opened for an order, and the names of what was typed differently and gave way to the order."""

    case: Case
    overruled: tuple[str, ...]


def receive_order(
    *,
    actor: User,
    patient: Patient,
    placer_number: str,
    placer_namespace: str = "",
    clinic: Organisation | None = None,
    received_by: str = OrderSource.API,
    **details: Any,
) -> Order:
    """Keep an order of the actor's organisation, or of the `clinic` that it is placed for, at its laboratory.

    Without a namespace the placer number is one of the organisation's own numbering. `details` are as `change_order`
    takes them. Raises `NotFound` for a patient the actor does not see, `PermissionRefused`, `Unprocessable` for
    impossible values, a patient or a numbering of another organisation (`placer_namespace_of_another`), and `Conflict` where the laboratory has that number (code
    `duplicate_placer_number`, with the id of an order the actor sees), the patient is restricted (`restricted`) or there is no laboratory
    (`no_laboratory`).
    """
    must_see(actor=actor, record_=patient)
    if not may_write_orders(actor):
        refuse(actor=actor, object_type="cases.order", sentence=gettext_lazy("Your role does not place orders."))
    if clinic is not None and not may_order_for(actor, clinic):
        refuse(actor=actor, object_type="cases.order", sentence=NOT_FOR_THIS_ORGANISATION)
    place = clinic or actor.organisation
    laboratory = place.laboratory if place is not None else None
    if place is None or laboratory is None or not laboratory.is_active:
        raise Conflict(_("Your organisation refers to no laboratory that takes orders."), code="no_laboratory")
    if patient.organisation_id != place.pk:
        raise Unprocessable(str(_ANOTHER_PLACE), code="patient_of_another_organisation")
    namespace = placer_namespace.strip() or place.slug
    if namespace != place.slug and not may_number_orders(actor, place, laboratory, namespace):
        sentence = str(_ANOTHER_NUMBERING)
        errors: dict[str, object] = {"errors": {"placer_namespace": [sentence]}}
        raise Unprocessable(sentence, code="placer_namespace_of_another", details=errors)
    _require_known(details)
    order = Order(
        laboratory=laboratory,
        clinic=place,
        patient=patient,
        placer_number=placer_number.strip(),
        placer_namespace=namespace,
        received_by=received_by,
        created_by=actor,
        **{name: _tidy(value) for name, value in details.items()},
    )
    try:
        with transaction.atomic():
            require_open_to_cases(patient)
            _refuse_taken(actor, order)
            clean_record(order)
            order.save(force_insert=True)
            OrderTransition.objects.create(order=order, to_state=OrderState.REQUESTED, by=actor)
            record(
                actor=actor,
                action=Action.CREATE,
                target=order,
                after={
                    "placer_number": order.placer_number,
                    "priority": order.priority,
                    "received_by": order.received_by,
                    "row": _digest(order),
                    "reasons": reasons_digest(order),
                },
                **scope_of(order),
            )
    except (IntegrityError, Unprocessable):
        # The number may have been given away since it was looked for: the database says so, or what validates before it.
        _refuse_taken(actor, order)
        raise
    return order


def change_order(*, actor: User, order: Order, seen: dt.datetime | None = None, **changes: Any) -> Order:
    """Change what an order says; a case that was opened for it changes with it, until it is under review.

    `seen` is the `updated_at` that the caller knew. Raises `NotFound`, `PermissionRefused`, `Unprocessable`,
    `PreconditionFailed` where somebody changed the order meanwhile, and `Conflict` as `require_changeable`.
    """
    must_see(actor=actor, record_=order)
    if not may_change_order(actor, order):
        refuse(actor=actor, target=order, sentence=gettext_lazy("Your role does not change orders."))
    _require_known(changes)
    with transaction.atomic():
        lock_order(order)
        require_changeable(order)
        if seen is not None and order.updated_at != seen:
            raise PreconditionFailed
        wanted = {name: _tidy(value) for name, value in changes.items()}
        changed = sorted(name for name, value in wanted.items() if getattr(order, name) != value)
        if not changed:
            return order
        before = {name: getattr(order, name) for name in changed if name not in ABOUT_PEOPLE}
        for name in changed:
            setattr(order, name, wanted[name])
        clean_record(order)
        order.updated_at = timezone.now()
        order.save()
        after: dict[str, Any] = {name: getattr(order, name) for name in before}
        if hidden := sorted(set(changed) - set(before)):
            after["fields"] = hidden
        after["row"] = _digest(order)
        record(actor=actor, action=Action.UPDATE, target=order, before=before, after=after, **scope_of(order))
        if order.case is not None and (told := {name: wanted[name] for name in changed if name in _OF_THE_CASE}):
            apply_details(actor, order.case, told)
    return order


def require_changeable(order: Order) -> None:
    """Raise `Conflict` once an order is closed (code `state`) or its case is under review (`in_review`)."""
    _require_open(order)
    if order.case is not None and order.case.state == CaseState.IN_REVIEW:
        raise Conflict(str(UNDER_REVIEW), code="in_review", details={"state": order.state})


def cancel_order(*, actor: User, order: Order, reason: str) -> Order:
    """Take an order back, and cancel the case that was opened for it.

    Raises `NotFound`, `PermissionRefused`, `Unprocessable` without a reason, `Conflict` once it is closed (code `state`),
    and for an API client while a pathologist has its case under review (`in_review`): work that somebody does is stopped
    by a person.
    """
    must_see(actor=actor, record_=order)
    if not may_change_order(actor, order):
        refuse(actor=actor, target=order, sentence=gettext_lazy("Your role does not cancel orders."))
    return _end(actor, order, OrderState.CANCELLED, reason)


def reject_order(*, actor: User, order: Order, reason_code: str, reason: str = "") -> Order:
    """Say that the laboratory does not carry out an order, and why; the case that was opened for it is cancelled.

    `reason_code` is an `OrderRejection`; `reason` says more, and has to where the code is `other`. Raises as `cancel_order`.
    """
    must_see(actor=actor, record_=order)
    if not may_reject_order(actor, order):
        refuse(
            actor=actor,
            target=order,
            sentence=gettext_lazy("Only the laboratory that an order was placed with rejects it."),
        )
    if reason_code not in OrderRejection.values:
        raise Unprocessable(_("Choose why the order is rejected."), code="reason_missing")
    if not reason.strip() and reason_code != OrderRejection.OTHER:
        reason = f"{in_english(OrderRejection(reason_code).label)}."
    return _end(actor, order, OrderState.REJECTED, reason, reason_code)


def open_case_of_order(*, actor: User, order: Order, **typed: Any) -> OpenedCase:
    """Open the case of a waiting order. What the order says about the specimen wins over what was `typed`.

    Where a specimen sent for it was rejected, the case takes the place of that one.

    `typed` is what `create_case` takes, all but the patient. Raises as `create_case`, and `Conflict` for an order that does not wait any more
    (code `state`, with the id of its case where there is one).
    """
    must_see(actor=actor, record_=order)
    if not may_open_case_of(actor, order):
        refuse(
            actor=actor,
            target=order,
            sentence=gettext_lazy("Cases are opened by the organisation that placed the order."),
        )
    with transaction.atomic():
        require_open_to_cases(order.patient)
        lock_order(order)
        if not order.is_waiting:
            details: dict[str, object] = {"state": order.state}
            if order.case_id is not None:
                details["case"] = str(order.case_id)
            state = order.get_state_display().lower()
            sentence = _("This order does not wait any more: it is %(state)s.") % {"state": state}
            raise Conflict(sentence, code="state", details=details)
        rejected = order.specimen_rejections.select_related("case").first()
        if rejected is not None:
            typed["resubmission_of"] = rejected.case
        case = create_case(actor=actor, patient=order.patient, clinic=order.clinic, **{**typed, **order.specimen()})
        order.case = case
        step_order(order=order, to=OrderState.ACCEPTED, by=actor)
    return OpenedCase(case, overruled_by(order, typed))


def overruled_by(order: Order, typed: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of what was typed and is otherwise in the order; nothing typed is no difference."""
    said = order.specimen()
    return tuple(name for name in said if typed.get(name) not in (None, "") and typed[name] != said[name])


def _end(actor: User, order: Order, to: OrderState, reason: str, reason_code: str = "") -> Order:
    reason = reason.strip()
    if not reason:
        sentence = _("Say why the order is %(state)s.") % {"state": str(to.label).lower()}
        raise Unprocessable(sentence, code="reason_missing")
    with transaction.atomic():
        lock_order(order)
        _require_open(order)
        case = order.case
        if case is not None and case.state == CaseState.IN_REVIEW and actor.role == Role.SERVICE:
            raise Conflict(str(UNDER_REVIEW), code="in_review", details={"state": order.state})
        step_order(order=order, to=to, by=actor, reason=reason, reason_code=reason_code)
        if case is not None:
            # Why is said of the order, and stays there.
            why = f"Its order was {in_english(to.label).lower()}."  # not translated here: cases.words
            step_case(case=case, to=CaseState.CANCELLED, by=actor, reason=why)
    return order


def _require_open(order: Order) -> None:
    if not order.is_open:
        state = order.get_state_display().lower()
        sentence = _("The order is %(state)s and no longer changes.") % {"state": state}
        raise Conflict(sentence, code="state", details={"state": order.state})


def _require_known(details: Mapping[str, Any]) -> None:
    unknown = set(details) - _CHANGEABLE
    if unknown:
        message = f"An order says nothing of: {', '.join(sorted(unknown))}."  # not translated
        raise TypeError(message)


def _tidy(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _digest(order: Order) -> str:
    """The fingerprint of the row as the database has it: a number may be kept shorter than it was typed."""
    return order_digest(Order.objects.get(pk=order.pk))


def _refuse_taken(actor: User, order: Order) -> None:
    numbers = {"placer_namespace": order.placer_namespace, "placer_number": order.placer_number}
    taken = Order.objects.filter(laboratory=order.laboratory, **numbers).exclude(pk=order.pk).first()
    if taken is not None:
        # Numbers are unique within the laboratory, so that it may be an order of another clinic.
        seen = Order.objects.visible_to(actor).filter(pk=taken.pk).exists()
        raise Conflict(
            str(_SAME_NUMBER), code="duplicate_placer_number", details={"order": str(taken.pk)} if seen else None
        )
