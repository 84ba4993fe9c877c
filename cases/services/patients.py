"""Patients: register one, change one, warn of a double."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from audit.models import Action
from audit.services import record
from cases.crypto import normalise_words
from cases.models import Patient, Sex
from cases.models.patient import birth_date_key, mrn_key, name_key
from cases.permissions import may_write_cases, must_see, refuse
from cases.services.trail import scope_of
from cases.services.validation import clean_record
from hematovision.errors import Conflict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from accounts.models import User

_CHANGEABLE = frozenset({"mrn", "family_name", "given_name", "birth_date", "sex"})
_SAME_MRN = "Your organisation already has a patient with this medical record number."


def register_patient(
    *,
    actor: User,
    mrn: str,
    family_name: str,
    birth_date: dt.date,
    given_name: str = "",
    sex: str = Sex.UNKNOWN,
) -> Patient:
    """Register a patient under the record number of the actor's organisation.

    Raises `PermissionRefused`, `Unprocessable` for impossible values and `Conflict` (code `duplicate_mrn`, with the
    existing patient's id) where the record number is taken. Ask `find_duplicates` first for a warning by name.
    """
    if not may_write_cases(actor):
        refuse(actor=actor, object_type="cases.patient", sentence="Your role does not register patients.")
    patient = Patient(
        organisation=actor.organisation,
        mrn=mrn.strip(),
        family_name=" ".join(family_name.split()),
        given_name=" ".join(given_name.split()),
        birth_date=birth_date,
        sex=sex,
    )
    _refuse_taken(patient)
    clean_record(patient)
    with _taken_number_is_a_conflict(patient), transaction.atomic():
        patient.save(force_insert=True)
        record(actor=actor, action=Action.CREATE, target=patient, after={"sex": patient.sex}, **scope_of(patient))
    return patient


def update_patient(*, actor: User, patient: Patient, **changes: Any) -> Patient:
    """Change identifiers or sex of a patient; the trail names the fields and never their contents.

    Raises as `register_patient`, and `NotFound` for a patient the actor does not see.
    """
    must_see(actor=actor, record_=patient)
    if not may_write_cases(actor) or patient.organisation_id != actor.organisation_id:
        refuse(actor=actor, target=patient, sentence="Only the organisation that registered a patient changes them.")
    unknown = set(changes) - _CHANGEABLE
    if unknown:
        message = f"Not changeable here: {', '.join(sorted(unknown))}."
        raise TypeError(message)
    with _taken_number_is_a_conflict(patient), transaction.atomic():
        stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        changed = sorted(name for name, value in changes.items() if getattr(stored, name) != value)
        for name in changed:
            setattr(stored, name, changes[name])
        if changed:
            stored.refresh_index()
            _refuse_taken(stored)
            clean_record(stored)
            stored.save()
            record(actor=actor, action=Action.UPDATE, target=stored, after={"fields": changed}, **scope_of(stored))
    return stored


def find_duplicates(
    *, actor: User, mrn: str, family_name: str, birth_date: dt.date | None, given_name: str = ""
) -> list[Patient]:
    """Return the patients the actor may see who could be the same person.

    The same record number in the actor's organisation, or the same name and birth date. Each carries
    `duplicate_reason`, a sentence for the warning.
    """
    own_number = Q(organisation=actor.organisation_id, mrn_index=mrn_key(mrn))
    candidates = own_number
    if birth_date is not None:
        candidates |= Q(name_index=name_key(family_name), birth_date_index=birth_date_key(birth_date))
    found = []
    for patient in Patient.objects.visible_to(actor).filter(candidates).select_related("organisation"):
        if patient.organisation_id == actor.organisation_id and patient.mrn_index == mrn_key(mrn):
            patient.duplicate_reason = "Same medical record number."
        elif normalise_words(patient.given_name) == normalise_words(given_name):
            # Given names have no index: few rows share family name and birth date, and twins must pass.
            patient.duplicate_reason = "Same name and birth date."
        else:
            continue
        found.append(patient)
    return found


def _refuse_taken(patient: Patient) -> None:
    taken = (
        Patient.objects.filter(organisation=patient.organisation, mrn_index=mrn_key(patient.mrn))
        .exclude(pk=patient.pk)
        .first()
    )
    if taken is not None:
        raise Conflict(_SAME_MRN, code="duplicate_mrn", details={"patient": str(taken.pk)})


@contextmanager
def _taken_number_is_a_conflict(patient: Patient) -> Iterator[None]:
    """Say the same sentence when two registrations of one number race past the check."""
    try:
        yield
    except IntegrityError:
        _refuse_taken(patient)
        raise
