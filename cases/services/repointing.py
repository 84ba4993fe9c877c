"""What follows a person from one record to another when two are merged: the one list of it.

Whatever names a patient and may still change is moved here, kind by kind, so that a merge and its undoing cannot
disagree. What was signed names for ever whom it was signed for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.models import Case, Order
from cases.order_verification import order_digest
from cases.services.audit_trail import scope_of
from cases.states import SIGNED_STATES, CaseState
from cases.verification import case_digest
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from accounts.models import User
    from cases.models import Patient

CASES = "cases.case"
ORDERS = "cases.order"
_STAY = SIGNED_STATES | {CaseState.WITHDRAWN}


def repoint(*, actor: User, from_: Patient, into: Patient) -> dict[str, list[str]]:
    """Give everything of `from_` that is not signed to `into`; both are locked, and one person already.

    Returns the ids by kind of record, which `repoint_back` takes. Raises `Conflict` where somebody is reviewing one of them.
    """
    cases = Case.objects.filter(patient=from_).exclude(state__in=_STAY)
    orders = Order.objects.filter(patient=from_).exclude(case__state__in=_STAY)
    return {
        CASES: _move_cases(actor, list(cases.values_list("pk", flat=True)), from_, into),
        ORDERS: _move_orders(actor, list(orders.values_list("pk", flat=True)), from_, into),
    }


def repoint_back(*, actor: User, moved: Mapping[str, Sequence[str]], from_: Patient, into: Patient) -> None:
    """Give back what `repoint` gave to `into` and is still theirs. Raises as `repoint`."""
    _move_cases(actor, moved.get(CASES, ()), into, from_)
    _move_orders(actor, moved.get(ORDERS, ()), into, from_)


def _move_cases(actor: User, ids: Sequence[object], patient: Patient, to: Patient) -> list[str]:
    locked = Case.objects.select_for_update(no_key=True).filter(pk__in=list(ids), patient=patient)
    # Whoever was signed for since the ids were read stays.
    cases = list(locked.exclude(state__in=_STAY).order_by("pk"))
    in_review = [case.accession_number for case in cases if case.state == CaseState.IN_REVIEW]
    if in_review:
        sentence = _("Somebody is reviewing case %(number)s under this name: wait until it is released or signed.") % {
            "number": in_review[0]
        }
        raise Conflict(sentence, code="in_review", details={"accession_number": in_review[0]})
    for case in cases:
        case.patient = to
        case.save(update_fields=["patient"])
        record(
            actor=actor,
            action=Action.UPDATE,
            target=case,
            before={"patient": str(patient.pk)},
            after={"patient": str(to.pk), "row": case_digest(Case.objects.get(pk=case.pk))},
            **scope_of(case),
        )
    return [str(case.pk) for case in cases]


def _move_orders(actor: User, ids: Sequence[object], patient: Patient, to: Patient) -> list[str]:
    """An order stays with its case: with the one that was signed, or with the one that was moved before it."""
    locked = Order.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=list(ids), patient=patient)
    orders = list(locked.exclude(case__state__in=_STAY).order_by("pk"))
    for order in orders:
        order.patient = to
        order.save(update_fields=["patient"])
        record(
            actor=actor,
            action=Action.UPDATE,
            target=order,
            before={"patient": str(patient.pk)},
            after={"patient": str(to.pk), "row": order_digest(Order.objects.get(pk=order.pk))},
            **scope_of(order),
        )
    return [str(order.pk) for order in orders]
