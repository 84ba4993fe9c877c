"""What other systems call a patient: which numbers are theirs now."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from audit.services import record
from cases.identifiers import number_key
from cases.models import Patient, PatientNumber
from cases.permissions import ONLY_THE_REGISTERING_ORGANISATION, may_correct_patient, must_see, named_to, refuse
from cases.services.audit_trail import scope_of
from cases.services.merged import require_current
from cases.services.pseudonyms import refuse_pseudonymised
from cases.services.validation import clean_record
from hematovision.errors import Conflict, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from accounts.models import User

_TAKEN = gettext_lazy("Another patient of the organisation has this number in this system.")


def set_numbers(*, actor: User, patient: Patient, numbers: Iterable[tuple[str, str]]) -> list[PatientNumber]:
    """Make `numbers`, pairs of system and value, the patient's numbers: what is not among them ends now, and still finds them.

    Returns those in use. The trail names systems, never values. Raises `NotFound`, `PermissionRefused`, `Unprocessable` for
    an empty value, and `Conflict`: `duplicate_number` with the patient who has it where the actor sees them, `merged`, `pseudonymised`.
    """
    with _changeable(actor, patient) as stored:
        wanted = {(system.strip(), number_key(value)): value.strip() for system, value in numbers}
        present = {(one.system, one.value_index): one for one in stored.numbers.in_use()}
        _change(
            actor,
            stored,
            end=[present[key] for key in sorted(present) if key not in wanted],
            add=[(system, wanted[system, index]) for system, index in sorted(wanted) if (system, index) not in present],
        )
    return list(stored.numbers.in_use())


def add_number(*, actor: User, patient: Patient, system: str, value: str) -> None:
    """Give the patient one number more. Raises as `set_numbers`, and `Conflict` (`number_in_use`) for one they have."""
    system, value = system.strip(), value.strip()
    with _changeable(actor, patient) as stored:
        if stored.numbers.in_use().filter(system=system, value_index=number_key(value)).exists():
            raise Conflict(_("The patient has this number in this system already."), code="number_in_use")
        _change(actor, stored, end=[], add=[(system, value)])


def end_number(*, actor: User, number: PatientNumber) -> None:
    """End one number of a patient; it still finds them. Raises as `set_numbers`, and `Conflict` (`number_ended`) once ended."""
    with _changeable(actor, number.patient) as stored:
        found = stored.numbers.in_use().filter(pk=number.pk).first()
        if found is None:
            raise Conflict(_("This number was ended already."), code="number_ended")
        _change(actor, stored, end=[found], add=[])


@contextmanager
def _changeable(actor: User, patient: Patient) -> Iterator[Patient]:
    """Lock the patient, if the actor may change their numbers, until the change is done."""
    must_see(actor=actor, record_=patient)
    if not may_correct_patient(actor, patient):
        refuse(actor=actor, target=patient, sentence=ONLY_THE_REGISTERING_ORGANISATION)
    with transaction.atomic():
        stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        require_current(stored)
        refuse_pseudonymised(stored)
        yield stored


def _change(actor: User, patient: Patient, *, end: Sequence[PatientNumber], add: Sequence[tuple[str, str]]) -> None:
    """End and add numbers of a locked patient, in one event."""
    now = timezone.now()
    for number in end:
        number.until = now
        number.save(update_fields=["until"])
    for system, value in add:
        number = PatientNumber(
            patient=patient,
            organisation=patient.organisation,
            system=system,
            value=value,
            value_index=number_key(value),
            since=now,
        )
        with _taken_is_a_conflict(actor, number):
            _refuse_taken(actor, number)
            clean_record(number)
            number.save(force_insert=True)
    if end or add:
        record(
            actor=actor,
            action=Action.UPDATE,
            target=patient,
            after={
                "numbers_ended": [number.system for number in end],
                "numbers_added": [system for system, _ in add],
            },
            **scope_of(patient),
        )


def _refuse_taken(actor: User, number: PatientNumber) -> None:
    taken = PatientNumber.objects.in_use().filter(
        organisation=number.organisation, system=number.system, value_index=number.value_index
    )
    other = taken.exclude(patient=number.patient_id).select_related("patient").first()
    if other is not None:
        raise Conflict(str(_TAKEN), code="duplicate_number", details=named_to(actor, other.patient))


@contextmanager
def _taken_is_a_conflict(actor: User, number: PatientNumber) -> Iterator[None]:
    """Say the same sentence when two give one number away past the check."""
    try:
        with transaction.atomic():
            yield
    except (IntegrityError, Unprocessable):
        # Whichever saw it first: the database, or what validates before it.
        _refuse_taken(actor, number)
        raise
