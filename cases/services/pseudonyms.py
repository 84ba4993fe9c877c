"""A pseudonym in the place of a patient's identifiers, wherever the clinical record keeps them."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.identifiers import PSEUDONYMOUS
from cases.models import PatientMerge, Pseudonymisation, SpecimenRejection
from cases.models.order import ABOUT_PEOPLE
from cases.order_verification import order_digest, reasons_digest
from cases.partial_date import Precision
from cases.patient_verification import patient_digest
from cases.rejection_verification import words_digest
from cases.services.audit_trail import scope_of
from cases.services.field_returns import empty_return_words
from cases.services.label_checks import empty_labels
from cases.services.validation import clean_record, given_reason
from cases.verification import question_digest
from hematovision.errors import Conflict
from hematovision.rest.idempotency import forget_answers_about

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from cases.models import Case, FormerIdentity, Patient

OLDEST_YEARS = 90
"""Whoever is older is a year of birth of their own: they all get that of this age."""
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 10


def pseudonymise_identity(*, actor: User, patient: Patient, cases: list[Case], reason: str) -> Pseudonymisation:
    """Replace record number, names and birth date of a locked `patient`, now and before every correction; returns the record.

    The year of birth stays, sex too. Notes of corrections, the clinical questions of the `cases`, the words of their rejections
    and of fields that were sent back, what the labels of their slides said, and what orders say of people are emptied: it is free text about a person, or names their stay. Called in a transaction by the service that
    looked whether it may be. Raises `Unprocessable` without a reason.
    """
    made = Pseudonymisation(
        patient=patient, pseudonym=_draw(), by=actor, at=timezone.now(), reason=given_reason(reason)
    )
    clean_record(made)
    made.save(force_insert=True)
    formers = list(patient.former_identities.select_for_update(no_key=True))
    _replace(patient, made.pseudonym)
    for former in formers:
        _replace(former, made.pseudonym)
        former.note = ""
        former.save()
    patient.save()
    scope = scope_of(patient)
    for case in cases:
        case.clinical_question = ""
        case.save(update_fields=["clinical_question"])
        question = {"fields": ["clinical_question"], "question": question_digest(case)}
        record(actor=actor, action=Action.UPDATE, target=case, reason=made.reason, after=question, **scope)
        empty_labels(actor=actor, case=case, reason=made.reason)
        empty_return_words(actor=actor, case=case, reason=made.reason)
    for rejection in SpecimenRejection.objects.filter(case__in=cases).exclude(words=""):
        # Rows that the database guards: it lets this one column become empty.
        SpecimenRejection.objects.filter(pk=rejection.pk).update(words="")
        rejection.words = ""
        emptied_words = {"fields": ["words"], "words": words_digest(rejection)}
        record(actor=actor, action=Action.UPDATE, target=rejection, reason=made.reason, after=emptied_words, **scope)
    orders = list(patient.orders.select_for_update(no_key=True))
    for order in orders:
        for name in ABOUT_PEOPLE:
            setattr(order, name, "")
        order.save(update_fields=ABOUT_PEOPLE)
        order.transitions.exclude(reason="").update(reason="")
        said = {"fields": sorted(ABOUT_PEOPLE), "row": order_digest(order), "reasons": reasons_digest(order)}
        record(actor=actor, action=Action.UPDATE, target=order, reason=made.reason, after=said, **scope)
    # What was answered about them says what they said.
    forget_answers_about([patient.pk, *(row.pk for row in (*cases, *orders))])
    now = timezone.now()
    for number in patient.numbers.select_for_update(no_key=True):
        number.value, number.until = made.pseudonym, number.until or now
        number.save(update_fields=["value", "value_index", "until"])
    for merge in PatientMerge.objects.select_for_update(no_key=True).filter(Q(from_patient=patient) | Q(into=patient)):
        # Both sides of a merge are one person.
        before = merge.before
        before |= {side: {"id": before[side]["id"]} for side in ("from", "into")}
        merge.snapshot = json.dumps(before)
        merge.save(update_fields=["snapshot"])
    identity = {"fields": ["mrn", "family_name", "given_name", "birth_date"], "row": patient_digest(patient)}
    record(actor=actor, action=Action.UPDATE, target=patient, reason=made.reason, after=identity, **scope)
    emptied = {"former_identities": len(formers), "cases": len(cases), "orders": len(orders)}
    record(
        actor=actor,
        action=Action.CREATE,
        target=made,
        reason=made.reason,
        after={"patient": str(patient.pk), **emptied},
        **scope,
    )
    return made


def refuse_pseudonymised(patient: Patient) -> None:
    """Raise `Conflict` for a pseudonymised patient; called in the transaction of whoever changes something about them."""
    if Pseudonymisation.objects.filter(patient=patient.pk).exists():
        raise Conflict(_("This patient was pseudonymised, which nothing takes back."), code="pseudonymised")


def _replace(row: Patient | FormerIdentity, pseudonym: str) -> None:
    row.mrn, row.family_name, row.given_name = pseudonym, PSEUDONYMOUS, ""
    if row.birth_date is not None:
        row.birth_date, row.birth_date_precision = _first_of_year(row.birth_date), Precision.YEAR


def _first_of_year(birth_date: dt.date) -> dt.date:
    return birth_date.replace(year=max(birth_date.year, timezone.localdate().year - OLDEST_YEARS), month=1, day=1)


def _draw() -> str:
    return "P-" + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
