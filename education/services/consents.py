"""What clinics and patients say about teaching with their cells: recorded, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from audit.models import Action
from audit.services import record
from cases.models import Patient
from cases.permissions import must_see, refuse
from cases.services.audit_trail import scope_of
from education.models import TeachingConsent, TeachingObjection
from education.permissions import may_record_consent, may_record_objection
from education.services.recall import recall_patient, recall_unsupported
from education.verification import consent_digest, objection_digest
from hematovision.errors import Conflict, NotFound, Unprocessable

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

NOT_THE_LABORATORYS_ADMINISTRATOR = gettext_lazy(
    "Only administrators of the laboratory that a clinic refers to record its consent."
)
NOT_WHO_CORRECTS = gettext_lazy(
    "Only who corrects a patient, and administrators of their laboratory, record that they object to teaching."
)


@transaction.atomic
def record_consent(*, actor: User, clinic: Organisation, agreed_on: dt.date) -> TeachingConsent:
    """Record that `clinic` agreed on a day that cells of its signed cases are taught.

    Raises `NotFound` for a clinic of another laboratory, `PermissionRefused`, `Unprocessable` for a day to come, `Conflict`
    where it has consented already.
    """
    stored = _reached(actor, clinic)
    if agreed_on > timezone.localdate():
        raise Unprocessable(_("The day of the agreement lies in the future."), code="agreed_in_future")
    if TeachingConsent.objects.in_force().filter(clinic=stored).exists():
        raise Conflict(_("This clinic has consented already."), code="consented_already")
    consent = TeachingConsent.objects.create(clinic=stored, agreed_on=agreed_on, recorded_by=actor)
    after = {"clinic": stored.slug, "agreed_on": agreed_on.isoformat(), "row": consent_digest(consent)}
    record(actor=actor, action=Action.CREATE, target=consent, after=after, laboratory_id=actor.organisation_id)
    return consent


@transaction.atomic
def withdraw_consent(*, actor: User, clinic: Organisation) -> int:
    """Record that `clinic` consents no longer and recall everything of its cases; returns how many cells.

    Raises as `record_consent`, `Conflict` where it does not consent.
    """
    stored = _reached(actor, clinic)
    consent = TeachingConsent.objects.in_force().select_for_update(no_key=True).filter(clinic=stored).first()
    if consent is None:
        raise Conflict(_("This clinic does not consent."), code="no_consent")
    consent.withdrawn_by, consent.withdrawn_at = actor, timezone.now()
    consent.save(update_fields=["withdrawn_by", "withdrawn_at"])
    recalled = recall_unsupported(Q(report__case__clinic=stored))
    after = {"clinic": stored.slug, "recalled": recalled, "row": consent_digest(consent)}
    record(actor=actor, action=Action.UPDATE, target=consent, after=after, laboratory_id=actor.organisation_id)
    return recalled


@transaction.atomic
def record_objection(*, actor: User, patient: Patient) -> int:
    """Record that `patient` objects to teaching and recall everything of theirs, under whichever number; returns how many cells.

    Raises `NotFound` for a patient the actor does not see, `PermissionRefused`, `Conflict` where they object already.
    """
    _require_objections(actor, patient)
    stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    if TeachingObjection.objects.in_force().of_person(stored).exists():
        raise Conflict(_("This patient objects already."), code="objects_already")
    objection = TeachingObjection.objects.create(patient=stored, recorded_by=actor)
    recalled = recall_patient(actor=actor, patient=stored)
    after = {"recalled": recalled, "row": objection_digest(objection)}
    record(actor=actor, action=Action.CREATE, target=objection, after=after, **scope_of(stored))
    return recalled


@transaction.atomic
def lift_objection(*, actor: User, patient: Patient) -> None:
    """Record that `patient` objects no longer. What was recalled stays recalled; it may be copied again from what is signed.

    Raises as `record_objection`, `Conflict` where they do not object.
    """
    _require_objections(actor, patient)
    stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    in_force = list(TeachingObjection.objects.in_force().of_person(stored).select_related("patient__organisation"))
    if not in_force:
        raise Conflict(_("This patient does not object."), code="no_objection")
    for objection in in_force:
        objection.lifted_by, objection.lifted_at = actor, timezone.now()
        objection.save(update_fields=["lifted_by", "lifted_at"])
        after = {"row": objection_digest(objection)}
        record(actor=actor, action=Action.UPDATE, target=objection, after=after, **scope_of(stored))


def _reached(actor: User, clinic: Organisation) -> Organisation:
    """The locked row of `clinic`, which has to refer to the actor's laboratory, or be it."""
    laboratory = actor.laboratory
    if laboratory is None or not Organisation.objects.of_laboratory(laboratory).filter(pk=clinic.pk).exists():
        raise NotFound
    if not may_record_consent(actor, clinic):
        refuse(actor=actor, target=clinic, sentence=NOT_THE_LABORATORYS_ADMINISTRATOR)
    return Organisation.objects.select_for_update(no_key=True).get(pk=clinic.pk)


def _require_objections(actor: User, patient: Patient) -> None:
    must_see(actor=actor, record_=patient)
    if not may_record_objection(actor, patient):
        refuse(actor=actor, target=patient, sentence=NOT_WHO_CORRECTS)
