"""Patients that another system tells of: registered, updated, merged."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cases.crypto import normalise_number
from cases.models import CaseTransition, CorrectionReason, Patient
from cases.partial_date import PartialDate, Precision
from cases.services.patient_merges import merge_patients
from cases.services.patient_numbers import set_numbers
from cases.services.patients import register_patient, update_patient
from cases.states import CaseState
from integrations.hl7.faults import UnknownValueError
from integrations.said import gettext_noop
from integrations.services.intake import UNKNOWN_AUTHORITY, is_another
from integrations.services.taken import Taken

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from accounts.models import Organisation
    from integrations.hl7.incoming import PatientMerge, PatientUpdate, Person
    from integrations.hl7.outgoing import Number
    from integrations.services.intake import Intake

ONE_PERSON = gettext_noop(
    "Is this one person? Their number is known here under another family name and another birth date."
)
ONE_PERSON_SIGNED = gettext_noop("Is this one person? Both records have a report that was signed within the last day.")
TWO_RECORDS = gettext_noop("The numbers of this patient are of two records here: see whether both are one person.")
NOT_REGISTERED = gettext_noop("Nobody here has these numbers, and this connection registers nobody from updates.")
NOTHING_TO_MERGE = gettext_noop("Nobody here has the numbers that are merged.")
ONE_ALREADY = gettext_noop("These numbers are one record here already.")
_TOLD = gettext_noop("The clinic's system said so (ADT).")
_MERGE_REASON = gettext_noop("The clinic's system merged the records (ADT^A40).")
_JUST_SIGNED = timedelta(hours=24)
_EXACT = {Precision.UNKNOWN: 0, Precision.YEAR: 1, Precision.MONTH: 2, Precision.DAY: 3}


def register(intake: Intake, clinic: Organisation, number: Number, person: Person) -> Patient:
    """Register whom a message names under their record number at a clinic, with their other numbers."""
    patient = register_patient(
        actor=intake.user,
        clinic=clinic,
        mrn=number.value,
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=person.born,
        sex=person.sex,
    )
    keep_numbers(intake, clinic, patient, person.numbers)
    return patient


def keep_numbers(intake: Intake, clinic: Organisation, patient: Patient, numbers: Iterable[Number]) -> bool:
    """Give a patient the numbers that find nobody yet; returns whether one of them is another record's."""
    missing, is_shared = [], False
    for number in numbers:
        if _is_record_number(intake, clinic, patient, number):
            continue
        holder = intake.holder(clinic, number)
        if holder is None:
            missing.append((number.authority, number.value))
        elif holder.pk != patient.pk:
            is_shared = True
    if missing:
        present = [(one.system, str(one.value)) for one in patient.numbers.in_use()]
        set_numbers(actor=intake.user, patient=patient, numbers=[*present, *missing])
    return is_shared


def take_update(intake: Intake, said: PatientUpdate, *, is_confirmed: bool) -> Taken:
    """Correct the patient of ADT^A04, A08 or A31; an unknown one is registered where the connection says so.

    What the message leaves open stays as it is, a birth date that is known better too.
    """
    person = said.patient
    found = _found_anywhere(intake, person)
    if not found:
        if not intake.connection.registers_from_adt:
            return Taken(sentence=NOT_REGISTERED)
        clinic, number = intake.place_of(person, said.visit)
        return Taken(patient=register(intake, clinic, number, person))
    if not is_confirmed and any(is_another(patient, person) for _, patient in found):
        return Taken(is_held=True, sentence=ONE_PERSON, patient=found[0][1])
    is_shared = False
    for clinic, patient in found:
        _correct(intake, patient, person)
        is_shared |= keep_numbers(intake, clinic, patient, person.numbers)
    return Taken(patient=found[0][1], sentence=TWO_RECORDS if is_shared else "")


def take_merge(intake: Intake, said: PatientMerge, *, is_confirmed: bool, at: dt.datetime) -> Taken:
    """Merge the records under the numbers of MRG-1 into that of PID-3 (ADT^A40), at every clinic that has one of them.

    A survivor that is not known is registered; where only the survivor is, the old number finds it from now on.
    """
    person = said.survivor
    taken = Taken(sentence=NOTHING_TO_MERGE)
    for clinic in _clinics_named(intake, person.numbers):
        sources = intake.find(clinic, said.merged)
        standing = intake.find(clinic, person.numbers[:1]) or intake.find(clinic, person.numbers)
        if not sources and not standing:
            continue
        if not is_confirmed and standing and is_another(standing[0], person):
            return Taken(is_held=True, sentence=ONE_PERSON, patient=standing[0])
        if not standing:
            number = next(one for one in person.numbers if clinic in intake.clinics_of(one.authority))
            standing = [register(intake, clinic, number, person)]
        survivor = standing[0]
        others = [source for source in sources if source.pk != survivor.pk]
        if not is_confirmed and others and all(_was_just_signed(one, at) for one in (survivor, *others)):
            return Taken(is_held=True, sentence=ONE_PERSON_SIGNED, patient=survivor)
        for source in others:
            merge_patients(
                actor=intake.user,
                patient=source,
                into=survivor,
                reason=_MERGE_REASON,
                message=said.header.control_id,
            )
        keep_numbers(intake, clinic, survivor, [*person.numbers, *said.merged])
        taken = Taken(patient=survivor, sentence="" if others or not sources else ONE_ALREADY)
    return taken


def _is_record_number(intake: Intake, clinic: Organisation, patient: Patient, number: Number) -> bool:
    same = normalise_number(number.value) == normalise_number(patient.mrn)
    return same and clinic in intake.clinics_of(number.authority)


def _clinics_named(intake: Intake, numbers: Iterable[Number]) -> list[Organisation]:
    """The clinics whose numbers are among `numbers`; raises `UnknownValueError` where there is none."""
    found = list(dict.fromkeys(clinic for number in numbers for clinic in intake.clinics_of(number.authority)))
    if not found:
        raise UnknownValueError(UNKNOWN_AUTHORITY, "PID^1^3^1^4")
    return found


def _found_anywhere(intake: Intake, person: Person) -> list[tuple[Organisation, Patient]]:
    """The record at each clinic whose numbers the message has: clinics that share an authority have one each."""
    found = []
    for clinic in _clinics_named(intake, person.numbers):
        patients = intake.find(clinic, person.numbers)
        if patients:
            found.append((clinic, patients[0]))
    return found


def _correct(intake: Intake, patient: Patient, person: Person) -> None:
    """Write what a message says otherwise than the record: first how the person is called, then when they were born."""
    told = {"family_name": person.family_name, "given_name": person.given_name}
    changes: dict[str, Any] = {name: value for name, value in told.items() if value}
    if person.sex != "unknown":
        changes["sex"] = person.sex
    reason, note = CorrectionReason.OTHER, _TOLD
    update_patient(actor=intake.user, patient=patient, reason=reason, note=note, **changes)
    if _says_more(person.born, patient.born):
        update_patient(actor=intake.user, patient=patient, reason=reason, note=note, birth_date=person.born)


def _says_more(told: PartialDate, known: PartialDate) -> bool:
    """Whether a birth date is another one, or the same known better."""
    alike = told.may_be()
    if alike is None or told == known:
        return False
    return known not in alike or _EXACT[Precision(told.precision)] > _EXACT[Precision(known.precision)]


def _was_just_signed(patient: Patient, at: dt.datetime) -> bool:
    signed = CaseTransition.objects.filter(case__patient=patient, to_state=CaseState.SIGNED, at__gte=at - _JUST_SIGNED)
    return signed.exists()
