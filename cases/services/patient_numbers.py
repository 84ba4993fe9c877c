"""What other systems call a patient: which numbers are theirs now."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Action
from audit.services import record
from cases.identifiers import number_key
from cases.models import Patient, PatientNumber
from cases.permissions import ONLY_THE_REGISTERING_ORGANISATION, may_correct_patient, must_see, named_to, refuse
from cases.services.audit_trail import scope_of
from cases.services.merged import require_current
from cases.services.pseudonyms import refuse_pseudonymised
from cases.services.validation import clean_record
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from accounts.models import User

_TAKEN = "Another patient of the organisation has this number in this system."


def set_numbers(*, actor: User, patient: Patient, numbers: Iterable[tuple[str, str]]) -> list[PatientNumber]:
    """Make `numbers`, pairs of system and value, the patient's numbers: what is not among them ends now, and still finds them.

    Returns those in use. The trail names systems, never values. Raises `NotFound`, `PermissionRefused`, `Unprocessable` for
    an empty value, and `Conflict`: `duplicate_number` with the patient who has it where the actor sees them, `merged`, `pseudonymised`.
    """
    must_see(actor=actor, record_=patient)
    if not may_correct_patient(actor, patient):
        refuse(actor=actor, target=patient, sentence=ONLY_THE_REGISTERING_ORGANISATION)
    with transaction.atomic():
        stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        require_current(stored)
        refuse_pseudonymised(stored)
        now = timezone.now()
        wanted = {(system.strip(), number_key(value)): value.strip() for system, value in numbers}
        present = {(one.system, one.value_index): one for one in stored.numbers.in_use()}
        ended = sorted(key for key in present if key not in wanted)
        added = sorted(key for key in wanted if key not in present)
        for key in ended:
            present[key].until = now
            present[key].save(update_fields=["until"])
        for system, index in added:
            number = PatientNumber(
                patient=stored,
                organisation=stored.organisation,
                system=system,
                value=wanted[system, index],
                value_index=index,
                since=now,
            )
            with _taken_is_a_conflict(actor, number):
                _refuse_taken(actor, number)
                clean_record(number)
                number.save(force_insert=True)
        if ended or added:
            record(
                actor=actor,
                action=Action.UPDATE,
                target=stored,
                after={
                    "numbers_ended": [system for system, _ in ended],
                    "numbers_added": [system for system, _ in added],
                },
                **scope_of(stored),
            )
    return list(stored.numbers.in_use())


def _refuse_taken(actor: User, number: PatientNumber) -> None:
    taken = PatientNumber.objects.in_use().filter(
        organisation=number.organisation, system=number.system, value_index=number.value_index
    )
    other = taken.exclude(patient=number.patient_id).select_related("patient").first()
    if other is not None:
        raise Conflict(_TAKEN, code="duplicate_number", details=named_to(actor, other.patient))


@contextmanager
def _taken_is_a_conflict(actor: User, number: PatientNumber) -> Iterator[None]:
    """Say the same sentence when two give one number away past the check."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        _refuse_taken(actor, number)
        raise
