"""Patients: register one, correct one, warn of a double."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from audit.services import record
from cases.crypto import normalise_words
from cases.identifiers import birth_date_key, mrn_key, name_key
from cases.models import CorrectionReason, FormerIdentity, Patient, Sex
from cases.partial_date import PartialDate
from cases.patient_verification import patient_digest
from cases.permissions import (
    NOT_FOR_THIS_ORGANISATION,
    ONLY_THE_REGISTERING_ORGANISATION,
    may_correct_patient,
    may_register_for,
    may_write_cases,
    must_see,
    named_to,
    refuse,
)
from cases.services.audit_trail import scope_of
from cases.services.merged import require_current
from cases.services.pseudonyms import refuse_pseudonymised
from cases.services.validation import clean_record
from cases.words import in_english
from hematovision.errors import Conflict, PreconditionFailed, Unprocessable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from accounts.models import Organisation, User

_CHANGEABLE = frozenset({"mrn", "family_name", "given_name", "birth_date", "sex"})
_ATTRIBUTE_OF = {name: "born" if name == "birth_date" else name for name in _CHANGEABLE}
_IDENTIFIER_OF = {"mrn": "mrn", "family_name": "name", "given_name": "name", "birth_date": "birth_date"}
_ONE_AT_A_TIME = gettext_lazy(
    "Correct one of record number, name and birth date at a time: two have to stay, or it is another person. Register "
    "another person as a new patient."
)
_SAME_MRN = gettext_lazy("The organisation already has a patient with this medical record number.")


def register_patient(
    *,
    actor: User,
    mrn: str,
    family_name: str,
    birth_date: dt.date | PartialDate | None,
    given_name: str = "",
    sex: str = Sex.UNKNOWN,
    clinic: Organisation | None = None,
) -> Patient:
    """Register a patient under the record number of the actor's organisation, or of the `clinic` that they enter for.

    `birth_date` is a day, what is known of one, or None where nobody knows it.

    Raises `PermissionRefused`, `Unprocessable` for impossible values and `Conflict` (code `duplicate_mrn`, with the id of
    the existing patient where the actor sees them) where the record number is taken. Ask `find_duplicates` first for a
    warning by name.
    """
    if not may_write_cases(actor):
        refuse(actor=actor, object_type="cases.patient", sentence=gettext_lazy("Your role does not register patients."))
    if clinic is not None and not may_register_for(actor, clinic):
        refuse(actor=actor, object_type="cases.patient", sentence=NOT_FOR_THIS_ORGANISATION)
    patient = Patient(
        organisation=clinic or actor.organisation,
        mrn=_tidy("mrn", mrn),
        family_name=_tidy("family_name", family_name),
        given_name=_tidy("given_name", given_name),
        sex=sex,
    )
    patient.born = PartialDate.of(birth_date)
    _refuse_taken(actor, patient)
    clean_record(patient)
    with _taken_number_is_a_conflict(actor, patient), transaction.atomic():
        patient.save(force_insert=True)
        record(
            actor=actor,
            action=Action.CREATE,
            target=patient,
            after={"sex": patient.sex, "row": patient_digest(patient, former=())},
            **scope_of(patient),
        )
    return patient


def update_patient(
    *,
    actor: User,
    patient: Patient,
    reason: str,
    note: str = "",
    seen: int | None = None,
    **changes: Any,
) -> Patient:
    """Correct identifiers or sex of a patient; how they stood before is kept as a `FormerIdentity` and stays findable.

    `reason` is a `CorrectionReason`; `note` says more, encrypted like the identifiers. `seen` is how many corrections
    the caller knew of. The audit trail names the fields, the reason and the former identity, never their contents.
    What changes nothing writes nothing. Reports that were signed keep what they say.

    Raises as `register_patient`, `NotFound` for a patient the actor does not see, `PreconditionFailed` where somebody
    corrected the patient meanwhile, and `Unprocessable` where fewer than two of record number, name and birth date
    would stay: then it is another person.
    """
    must_see(actor=actor, record_=patient)
    if not may_correct_patient(actor, patient):
        refuse(actor=actor, target=patient, sentence=ONLY_THE_REGISTERING_ORGANISATION)
    unknown = set(changes) - _CHANGEABLE
    if unknown:
        message = f"Not changeable here: {', '.join(sorted(unknown))}."  # not translated
        raise TypeError(message)
    with _taken_number_is_a_conflict(actor, patient), transaction.atomic():
        stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        require_current(stored)
        refuse_pseudonymised(stored)
        if seen is not None and stored.former_identities.count() != seen:
            raise PreconditionFailed
        wanted = {name: _tidy(name, value) for name, value in changes.items()}
        changed = sorted(name for name, value in wanted.items() if getattr(stored, _ATTRIBUTE_OF[name]) != value)
        if not changed:
            return stored
        _refuse_another_person(changed)
        former = FormerIdentity(
            patient=stored,
            corrected_by=actor,
            reason=reason,
            note=_tidy("note", note),
            **{attribute: getattr(stored, attribute) for attribute in _ATTRIBUTE_OF.values()},
        )
        _require_reason(former)
        for name in changed:
            setattr(stored, _ATTRIBUTE_OF[name], wanted[name])
        stored.refresh_index()
        _refuse_taken(actor, stored)
        clean_record(stored)
        stored.save()
        former.save(force_insert=True)
        record(
            actor=actor,
            action=Action.UPDATE,
            target=stored,
            reason=in_english(CorrectionReason(former.reason).label),
            before={"former_identity": str(former.pk)},
            after={"fields": changed, "row": patient_digest(stored)},
            **scope_of(stored),
        )
    return stored


def find_duplicates(
    *, actor: User, mrn: str, family_name: str, birth_date: dt.date | PartialDate | None, given_name: str = ""
) -> list[Patient]:
    """Return the patients the actor may see who could be the same person.

    The same record number in the actor's organisation, or the same name and a birth date that can be the same: one
    known to the year is like every day of it, an unknown one like any. Each carries `duplicate_reason`, a sentence for
    the warning.
    """
    own_number = Q(organisation=actor.organisation_id, mrn_index=mrn_key(mrn))
    same_person: dict[str, Any] = {"name_index": name_key(family_name)}
    alike = PartialDate.of(birth_date).may_be()
    if alike is not None:
        same_person["birth_date_index__in"] = [birth_date_key(date) for date in alike]
    before = FormerIdentity.objects.filter(**same_person).values_list("patient", flat=True)
    candidates = own_number | Q(**same_person) | Q(pk__in=list(before))
    found: list[Patient] = []
    known = (
        Patient.objects.visible_to(actor).filter(candidates).select_related("organisation", "merged_into__organisation")
    )
    for candidate in known:
        # Whoever was merged is found as the one that stands for them.
        patient = candidate.merged_into or candidate
        if patient in found:
            continue
        if candidate.organisation_id == actor.organisation_id and candidate.mrn_index == mrn_key(mrn):
            patient.duplicate_reason = _("Same medical record number.")
        elif normalise_words(given_name) in map(normalise_words, candidate.given_names()):
            # Given names have no index: few rows share family name and birth date, and twins must pass.
            patient.duplicate_reason = _alike(PartialDate.of(birth_date), candidate)
        else:
            continue
        found.append(patient)
    return found


def _alike(birth_date: PartialDate, patient: Patient) -> str:
    """Why a patient of the same name may be the same person."""
    dates = {birth_date, patient.born}
    if PartialDate() in dates:
        return _("Same name; a birth date is unknown.")
    if all(date.is_known_to_the_day for date in dates):
        return _("Same name and birth date.")
    return _("Same name, and birth dates that can be the same.")


def _tidy(name: str, value: Any) -> Any:
    """Return what was typed without blanks around it; names have single spaces, birth dates are as known as they are."""
    if name == "birth_date":
        return PartialDate.of(value)
    if not isinstance(value, str):
        return value
    return value.strip() if name == "mrn" else " ".join(value.split())


def _refuse_another_person(changed: Iterable[str]) -> None:
    if len({_IDENTIFIER_OF[name] for name in changed if name in _IDENTIFIER_OF}) > 1:
        raise Unprocessable(str(_ONE_AT_A_TIME), code="too_many_identifiers")


def _require_reason(former: FormerIdentity) -> None:
    if former.reason not in CorrectionReason.values:
        errors = {"reason": [_("Say why the patient is corrected.")]}
        raise Unprocessable(errors["reason"][0], code="reason_missing", details={"errors": errors})
    if former.reason == CorrectionReason.OTHER and not former.note:
        errors = {"note": [_("Say in a few words why the patient is corrected.")]}
        raise Unprocessable(errors["note"][0], code="reason_missing", details={"errors": errors})


def _refuse_taken(actor: User, patient: Patient) -> None:
    taken = (
        Patient.objects.filter(organisation=patient.organisation, mrn_index=mrn_key(patient.mrn))
        .exclude(pk=patient.pk)
        .first()
    )
    if taken is not None:
        raise Conflict(str(_SAME_MRN), code="duplicate_mrn", details=named_to(actor, taken))


@contextmanager
def _taken_number_is_a_conflict(actor: User, patient: Patient) -> Iterator[None]:
    """Say the same sentence when two registrations of one number race past the check."""
    try:
        yield
    except (IntegrityError, Unprocessable):
        # Whichever saw it first: the database, or what validates before it.
        _refuse_taken(actor, patient)
        raise
