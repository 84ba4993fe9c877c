"""Pseudonymisation of a patient: the second step after a request for erasure, when the record need not be kept any longer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.services import events_last
from cases.crypto import normalise_number
from cases.models import Case, CaseTransition, Patient, PurgeRule, PurgeRun
from cases.permissions import may_restrict_patient, must_see, refuse
from cases.services.merged import require_current
from cases.services.pseudonyms import pseudonymise_identity, refuse_pseudonymised
from cases.services.purging import begin_purge, purge_image, remove_left_behind
from cases.services.resumable_uploads import end_uploads_to
from cases.states import CLOSED_STATES, SIGNED_STATES, CaseState
from consult.services.forgetting import forget_words
from hematovision.errors import Conflict, Unprocessable
from integrations.services.message_bodies import forget_patient
from oversight.purge_rules import obstacles
from reports.services.keys import destroy_keys
from review.services.amendments import forget_question

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Pseudonymisation

ONLY_ADMINISTRATORS = gettext_noop(
    "Only administrators of the laboratory that a patient's organisation refers to pseudonymise them."
)
_REPORTED = SIGNED_STATES | {CaseState.WITHDRAWN}


def pseudonymise_patient(*, actor: User, patient: Patient, mrn: str, reason: str) -> Pseudonymisation:
    """Replace who `patient` is by a pseudonym, destroy the keys of their reports, empty their messages and purge their images. For good.

    `mrn` is their record number, typed again: it has to be the one there is. Cells, counts, decisions and the audit trail stay,
    with the year of birth. The patient stays restricted; records merged into theirs go the same way. Raises `NotFound`, `PermissionRefused`, `Unprocessable` (no reason,
    another record number), and `Conflict`: not restricted, pseudonymised already, merged into another, a case is open or held by
    one of `purge_rules.obstacles`, the period for which the record is kept is not over, or a file is missing or altered.
    """
    must_see(actor=actor, record_=patient)
    if not may_restrict_patient(actor, patient):
        refuse(actor=actor, target=patient, sentence=ONLY_ADMINISTRATORS)
    last = PurgeRun.objects.first()
    if last is not None:
        remove_left_behind(last)
    with events_last():
        stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        require_current(stored)
        # Whoever was merged into this patient is the same person.
        person = [stored, *stored.merged_patients.select_for_update(no_key=True).order_by("pk")]
        cases = list(Case.objects.select_for_update(no_key=True).filter(patient__in=person).order_by("pk"))
        _require_that_it_may_be(stored, cases)
        if normalise_number(mrn) != normalise_number(stored.mrn):
            raise Unprocessable(_("This is not the record number of this patient."), code="another_number")
        made = [_pseudonymise(actor, record, cases, reason) for record in person]
        forget_patient(person)
        run = begin_purge(actor=actor, periods={}, planned={"pseudonymisation": str(made[0].pk)})
        for case in cases:
            forget_question(actor=actor, case=case)
            forget_words(actor=actor, case=case, reason=made[0].reason)
            end_uploads_to(actor=actor, case=case)
            for image in case.images.select_for_update(no_key=True).order_by("ordinal"):
                purge_image(actor=actor, run=run, image=image, rule=PurgeRule.PSEUDONYMISATION)
    return made[0]


def _pseudonymise(actor: User, patient: Patient, cases: list[Case], reason: str) -> Pseudonymisation:
    own = [case for case in cases if case.patient_id == patient.pk]
    made = pseudonymise_identity(actor=actor, patient=patient, cases=own, reason=reason)
    destroy_keys(actor=actor, cases=own, pseudonymisation=made)
    return made


def _require_that_it_may_be(patient: Patient, cases: list[Case]) -> None:
    refuse_pseudonymised(patient)
    if not patient.restrictions.in_force().exists():
        raise Conflict(_("Restrict the patient first."), code="not_restricted")
    if any(case.state not in CLOSED_STATES for case in cases):
        raise Conflict(_("A case of this patient is open: finish or cancel it first."), code="case_open")
    for obstacle in obstacles():
        if Case.objects.filter(obstacle.holds, pk__in=[case.pk for case in cases]).exists():
            raise Conflict(
                _("It cannot be done now. %(obstacle)s") % {"obstacle": obstacle.sentence}, code=obstacle.code
            )
    reported = [case for case in cases if case.state in _REPORTED]
    since = timezone.now() - timedelta(days=settings.RECORD_DAYS)
    if CaseTransition.objects.filter(case__in=reported, at__gte=since).exists():
        sentence = _("The record of this patient has to be kept for %(days)s days after the last step of a case.")
        raise Conflict(sentence % {"days": settings.RECORD_DAYS}, code="kept_by_law")
