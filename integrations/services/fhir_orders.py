"""An order that came over FHIR: the person is found or registered, the order received, both or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from accounts.permissions import acts_for_clinics
from cases.crypto import normalise_words
from cases.models import Order, OrderSource, Patient
from cases.partial_date import PartialDate
from cases.permissions import may_correct_patient, may_write_cases, may_write_orders, refuse
from cases.selectors import places_acted_for
from cases.services.audit_trail import record_search
from cases.services.orders import receive_order
from cases.services.patient_numbers import set_numbers
from cases.services.patients import register_patient
from hematovision.errors import Conflict, PreconditionFailed
from hematovision.transactions import atomic_but_for_refusals
from integrations.fhir.parts import name_of
from integrations.fhir.reading import Problem, RefusedResourceError
from integrations.selectors import patients_with_number, record_systems_of

if TYPE_CHECKING:
    from accounts.models import Organisation, User
    from integrations.fhir.incoming import OrderSaid, PersonSaid, Transaction

_NO_NUMBERS = "Numbers of other systems are given to patients within the scope patients:write."  # not translated
_MORE_THAN_ONE = "Several patients have this number. Ask the organisation that registered them."  # not translated
_NO_CLINIC = "Name the clinic: a laboratory's client enters for one of its clinics."  # not translated
_FOREIGN_CLINIC = "There is no such clinic among those that refer to your laboratory."  # not translated
_ANOTHER_PERSON = "The patient with this number has another family name and another birth date: is this one person? Nothing was kept."  # not translated
_OTHERWISE = "There is an order with this placer number that says something else. Revoke that one, or give this one another number."  # not translated


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order with its patient, and whether each was made now or was there."""

    patient: Patient
    patient_is_new: bool
    order: Order
    order_is_new: bool


def place_order(*, actor: User, said: Transaction) -> PlacedOrder:
    """Find or register the patient and receive the order; the same order again is the one that was received.

    Raises `RefusedResourceError` for what cannot be taken as it was said, `PreconditionFailed` where several patients have
    the number, `Conflict` where it is another person's or the placer number another order's, and what `register_patient`,
    `set_numbers` and `receive_order` raise. Then nothing is kept.
    """
    if not (may_write_orders(actor) and may_write_cases(actor)):
        refuse(actor=actor, object_type="cases.order", sentence="Your role does not place orders.")  # not translated
    place = _place(actor, said.person)
    others = _other_numbers(said.person, place)
    # Asked before anything is written, so that a refusal leaves nothing but its event.
    if others and not may_correct_patient(actor, Patient(organisation=place)):
        refuse(actor=actor, object_type="cases.patient", sentence=_NO_NUMBERS)
    clinic = place if acts_for_clinics(actor) else None
    with atomic_but_for_refusals():
        patient = _known(actor, place, said)
        is_new = patient is None
        if patient is None:
            patient = _registered(actor, clinic, place, said.person, others)
        order, order_is_new = _received(actor, clinic, patient, said)
    return PlacedOrder(patient, is_new, order, order_is_new)


def _place(actor: User, person: PersonSaid) -> Organisation:
    """The organisation that registers the patient: a laboratory's client names it, everybody else enters under their own."""
    where = f"{person.where}.managingOrganization"
    own = actor.organisation
    if own is None:
        refuse(actor=actor, object_type="cases.patient", sentence="You belong to no organisation.")  # not translated
    if not acts_for_clinics(actor):
        if person.organization and person.organization not in {str(own.pk), own.slug}:
            raise _refused("value", where, "You enter patients for your own organisation.")  # not translated
        return own
    if not person.organization:
        raise _refused("required", where, _NO_CLINIC)
    places = places_acted_for(actor)
    try:
        found = places.filter(pk=UUID(person.organization)).first()
    except ValueError:
        found = places.filter(slug=person.organization).first()
    if found is None:
        raise _refused("not-found", where, _FOREIGN_CLINIC)
    return found


def _refused(code: str, where: str, sentence: str) -> RefusedResourceError:
    return RefusedResourceError([Problem(code, where, sentence)])


def _other_numbers(person: PersonSaid, place: Organisation) -> list[tuple[str, str]]:
    """The numbers of the patient in other systems than that of the record number."""
    own = record_systems_of(place)
    return [(name_of(one.system), one.value) for one in person.numbers if one.system and one.system not in own]


def _known(actor: User, place: Organisation, said: Transaction) -> Patient | None:
    """The one patient of the organisation with the number of the condition, if there is one."""
    rows: Any = Patient.objects.visible_to(actor).filter(organisation=place)
    found = patients_with_number(rows, said.condition.value, said.condition.system or None)
    record_search(actor=actor, object_type="cases.patient", terms=["identifier"], found=len(found))
    if len(found) > 1:
        raise PreconditionFailed(_MORE_THAN_ONE, code="several_patients")
    if not found:
        return None
    patient = found[0]
    alike = _birth_date(said.person).may_be()
    another_name = normalise_words(patient.family_name) != normalise_words(said.person.family_name)
    if another_name and alike is not None and patient.born not in alike:
        raise Conflict(_ANOTHER_PERSON, code="another_person")
    return patient


def _birth_date(person: PersonSaid) -> PartialDate:
    try:
        return PartialDate.parse(person.birth_date)
    except ValueError as error:
        raise _refused("value", f"{person.where}.birthDate", str(error)) from error


def _registered(
    actor: User, clinic: Organisation | None, place: Organisation, person: PersonSaid, others: list[tuple[str, str]]
) -> Patient:
    own = record_systems_of(place)
    record_numbers = {one.value for one in person.numbers if not one.system or one.system in own}
    if len(record_numbers) != 1:
        sentence = (
            f"Give one record number of the clinic, under the system {' or '.join(sorted(own))}."  # not translated
        )
        raise _refused("required", f"{person.where}.identifier", sentence)
    patient = register_patient(
        actor=actor,
        mrn=record_numbers.pop(),
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=_birth_date(person),
        sex=person.sex,
        clinic=clinic,
    )
    if others:
        set_numbers(actor=actor, patient=patient, numbers=others)
    return patient


def _received(actor: User, clinic: Organisation | None, patient: Patient, said: Transaction) -> tuple[Order, bool]:
    """The order, and whether it is new: a placer number that is taken by the same order is that order."""
    details = _details(said.order)
    try:
        order = receive_order(
            actor=actor,
            patient=patient,
            placer_number=said.order.placer.value,
            placer_namespace=name_of(said.order.placer.system),
            clinic=clinic,
            received_by=OrderSource.FHIR,
            **details,
        )
    except Conflict as conflict:
        if conflict.code != "duplicate_placer_number" or "order" not in conflict.details:
            raise
        taken = Order.objects.select_related("patient").get(pk=str(conflict.details["order"]))
        one_person = taken.patient.person_id == patient.person_id
        if not one_person or not (said.if_none_exists or _says(taken, details)):
            raise Conflict(_OTHERWISE, code=conflict.code, details=conflict.details) from conflict
        return taken, False
    return order, True


def _details(said: OrderSaid) -> dict[str, Any]:
    names = (
        "group_number", "service_code", "priority", "clinical_question", "ordering_name", "ordering_id", "visit_number",
        "location", "specimen_id", "collected_at",
    )  # fmt: skip
    return {name: getattr(said, name) for name in names}


def _says(order: Order, details: dict[str, Any]) -> bool:
    return all(getattr(order, name) == value for name, value in details.items())
