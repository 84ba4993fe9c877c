"""Orders that another system sends: received, changed, cancelled, replaced."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from cases.models import Order, OrderSource
from cases.services.orders import cancel_order, change_order, receive_order
from hematovision.errors import Conflict, DomainError, NotFound, PermissionRefused, Unprocessable
from integrations.hl7.ack import OrderAnswer, OrderOutcome
from integrations.hl7.faults import (
    DataTypeError,
    DuplicateKeyError,
    FaultError,
    InternalFaultError,
    UnknownKeyError,
    UnknownValueError,
)
from integrations.hl7.incoming import Control
from integrations.said import gettext_noop
from integrations.services.incoming_patients import ONE_PERSON, TWO_RECORDS, keep_numbers, register
from integrations.services.intake import is_another
from integrations.services.taken import Taken

if TYPE_CHECKING:
    from accounts.models import Organisation
    from cases.models import Patient
    from integrations.hl7.incoming import OrderLine, Orders, Visit
    from integrations.services.intake import Intake

UNKNOWN_ORDER = gettext_noop("No order of this patient has this placer number here.")
NOT_ORDERED_HERE = gettext_noop("This examination cannot be ordered over this connection.")
_CANCELLED = gettext_noop("Cancelled by the system that placed the order (HL7 v2).")
_REPLACED = gettext_noop("Replaced by another order of the system that placed it (HL7 v2).")
_DONE = {Control.CANCEL: OrderOutcome.CANCELLED, Control.CHANGE: OrderOutcome.CHANGED, Control.REPLACE: OrderOutcome.REPLACED}  # fmt: skip
_NOT_DONE = {Control.CANCEL: OrderOutcome.NOT_CANCELLED, Control.CHANGE: OrderOutcome.NOT_CHANGED, Control.REPLACE: OrderOutcome.NOT_REPLACED}  # fmt: skip
_TOO_LATE = frozenset({"state", "in_review"})
_HUNDREDTH = Decimal("0.01")


def take_orders(intake: Intake, said: Orders, *, is_confirmed: bool) -> Taken:
    """Carry out every order of a message, or none: a fault in one is a fault of the message.

    What comes too late (the case is under review, or signed) is a fault too, but over a connection that answers orders one by
    one: there the others are carried out. Raises faults of `integrations.hl7.faults`.
    """
    person = said.patient
    clinic, number = intake.place_of(person, said.visit)
    found = intake.find(clinic, [number, *(one for one in person.numbers if one != number)])
    patient = found[0] if found else None
    if patient is not None and not is_confirmed and is_another(patient, person):
        return Taken(is_held=True, sentence=ONE_PERSON, patient=patient)
    places_orders = any(line.control in {Control.NEW, Control.REPLACE} for line in said.lines)
    is_shared = False
    if patient is None and any(line.control is Control.NEW for line in said.lines):
        patient = register(intake, clinic, number, person)
    elif patient is not None and places_orders:
        is_shared = keep_numbers(intake, clinic, patient, person.numbers)
    taken = Taken(patient=patient, sentence=TWO_RECORDS if is_shared else "", person=person)
    place = 0
    for line in said.lines:
        place += 1
        answers, order = _carry_out(_Line(intake, clinic, patient, said.visit, line, f"ORC^{place}^2"))
        taken = replace(taken, answers=(*taken.answers, *answers), order=taken.order or order)
        place += len(line.replaced_by)
    late = " ".join(dict.fromkeys(one.said for one in taken.answers if one.said))
    return replace(taken, sentence=late) if late else taken


class _Line:
    """One order of a message with what surrounds it."""

    def __init__(
        self, intake: Intake, clinic: Organisation, patient: Patient | None, visit: Visit, line: OrderLine, place: str
    ) -> None:
        self.intake = intake
        self.clinic = clinic
        self.patient = patient
        self.visit = visit
        self.line = line
        self.place = place

    def order(self) -> Order:
        """Return the order that the line is about, if it is this patient's; raises `UnknownKeyError`."""
        orders = Order.objects.visible_to(self.intake.user).filter(
            clinic=self.clinic, placer_namespace=self.line.placer_namespace, placer_number=self.line.placer_number
        )
        order = orders.select_related("patient", "case", "clinic", "laboratory").first()
        if order is None or self.patient is None or order.patient.person_id != self.patient.pk:
            raise UnknownKeyError(UNKNOWN_ORDER, self.place)
        return order

    def receive(self, line: OrderLine) -> Order:
        """Receive the order of a line; raises faults and `DomainError`."""
        if self.patient is None:
            raise UnknownKeyError(UNKNOWN_ORDER, self.place)
        details = self.details(line)
        return receive_order(
            actor=self.intake.user,
            patient=self.patient,
            clinic=self.clinic,
            received_by=OrderSource.HL7,
            placer_number=line.placer_number,
            placer_namespace=line.placer_namespace,
            **details,
        )

    def details(self, line: OrderLine) -> dict[str, Any]:
        """What a line says of the order; what it leaves open is not there."""
        service = line.service.code if line.service is not None else ""
        if line.service is not None and not self.intake.may_be_ordered(service):
            raise UnknownValueError(NOT_ORDERED_HERE, f"OBR^{self.place.split('^')[1]}^4")
        told: dict[str, Any] = {
            "group_number": line.group_number,
            "service_code": service,
            "priority": line.priority,
            "clinical_question": line.clinical_question,
            "ordering_name": line.ordering_name,
            "ordering_id": line.ordering_id,
            "visit_number": self.visit.number,
            "location": self.visit.location,
            "collected_at": line.collected_at,
            "specimen_id": line.specimen_id,
        }
        said = {name: value for name, value in told.items() if value}
        if line.wbc is not None:
            said["wbc"] = line.wbc.value.quantize(_HUNDREDTH)
            said["wbc_source"] = line.wbc.source or self.intake.connection.name
            said["wbc_measured_at"] = line.wbc.measured_at
        return said


def _carry_out(line: _Line) -> tuple[list[OrderAnswer], Order | None]:
    """Carry out one line; returns what became of its orders, and the order it is about."""
    try:
        with transaction.atomic():
            return _done(line)
    except DomainError as error:
        answers_one_by_one = line.intake.connection.answers_orders and line.line.control in _NOT_DONE
        if answers_one_by_one and isinstance(error, Conflict) and error.code in _TOO_LATE:
            return [_answer(_NOT_DONE[line.line.control], line.line, line.order(), error.sentence)], line.order()
        raise fault_of(error, line.place) from error


def _done(line: _Line) -> tuple[list[OrderAnswer], Order]:
    if line.line.control is Control.NEW:
        order = line.receive(line.line)
        return [_answer(OrderOutcome.ACCEPTED, line.line, order)], order
    order = line.order()
    if line.line.control is Control.CHANGE:
        order = change_order(actor=line.intake.user, order=order, **line.details(line.line))
    else:
        is_cancelled = line.line.control is Control.CANCEL
        cancel_order(actor=line.intake.user, order=order, reason=_CANCELLED if is_cancelled else _REPLACED)
    answers = [_answer(_DONE[line.line.control], line.line, order)]
    for new in line.line.replaced_by:
        order = line.receive(new)
        answers.append(_answer(OrderOutcome.ACCEPTED, new, order))
    return answers, order


def _answer(outcome: OrderOutcome, line: OrderLine, order: Order, said: str = "") -> OrderAnswer:
    return OrderAnswer(
        outcome, line.placer_number, line.placer_namespace, order.filler_number, order.service_code, said
    )


def fault_of(error: DomainError, place: str = "") -> FaultError:
    """Return the fault that says in HL7 what a service refused. Sentences of services name nobody."""
    if error.code in {"duplicate_placer_number", "duplicate_number"}:
        return DuplicateKeyError(error.sentence, place)
    if isinstance(error, NotFound):
        return UnknownKeyError(error.sentence, place)
    if isinstance(error, Unprocessable):
        return DataTypeError(error.sentence, place)
    if isinstance(error, PermissionRefused):
        return InternalFaultError(gettext_noop("This connection may not do that here. Ask the laboratory."))
    return InternalFaultError(error.sentence, place)
