"""Restriction of a patient after a request for erasure, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.keeping_verification import lift_digest, restriction_digest
from cases.models import Case, Patient, PatientRestriction, RestrictionLift
from cases.permissions import may_restrict_patient, must_see, refuse
from cases.providers import waiting_for_acknowledgement
from cases.services.merged import require_current
from cases.services.pseudonyms import refuse_pseudonymised
from cases.services.reasoned import insert_reasoned
from cases.services.validation import given_reason
from cases.states import CLOSED_STATES
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from accounts.models import User

ONLY_ADMINISTRATORS = gettext_lazy(
    "Only administrators of the laboratory that a patient's organisation refers to restrict them."
)


def restrict_patient(*, actor: User, patient: Patient, reason: str) -> PatientRestriction:
    """Hide `patient` and their cases from everybody but administrators and auditors of their laboratories.

    Raises `NotFound` for a patient the actor does not see, `PermissionRefused` for anybody but the laboratory's
    administrators, `Unprocessable` without a reason, and `Conflict` where care comes first: a case is open, an order
    waits, or a signed report waits for its acknowledgement; also where the patient is restricted already.
    """
    _require_permission(actor, patient)
    with transaction.atomic():
        # Two requests are one restriction, and a case that moves meanwhile is waited for.
        stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        require_current(stored)
        # Whoever was merged into this patient is the same person, and their signed cases are this person's.
        person = [stored, *stored.merged_patients.order_by("pk")]
        cases = list(Case.objects.select_for_update(no_key=True).filter(patient__in=person).order_by("pk"))
        if stored.restrictions.in_force().exists():
            raise Conflict(_("This patient is restricted already."), code="restricted_already")
        if any(case.state not in CLOSED_STATES for case in cases):
            raise Conflict(_("A case of this patient is open: finish or cancel it first."), code="case_open")
        if stored.orders.waiting().exists():
            raise Conflict(_("An order for this patient waits: open its case or cancel it first."), code="order_waits")
        if waiting_for_acknowledgement(cases):
            raise Conflict(
                _("A report on this patient waits for its acknowledgement by the clinic."), code="report_waits"
            )
        now, why = timezone.now(), given_reason(reason)
        rows = [PatientRestriction(patient=each, restricted_by=actor, reason=why, restricted_at=now) for each in person]
        for row in rows:
            insert_reasoned(row, actor=actor, about=row.patient, digest=restriction_digest, cases=len(cases))
    return rows[0]


def lift_restriction(*, actor: User, restriction: PatientRestriction, reason: str) -> RestrictionLift:
    """Show the patient again to whom they were shown before. Raises as `restrict_patient`, `Conflict` once lifted or pseudonymised."""
    _require_permission(actor, restriction.patient)
    with transaction.atomic():
        stored = Patient.objects.select_for_update(no_key=True).get(pk=restriction.patient_id)
        require_current(stored)
        refuse_pseudonymised(stored)
        in_force = PatientRestriction.objects.in_force()
        if not in_force.filter(pk=restriction.pk).exists():
            raise Conflict(_("This restriction was lifted already."), code="lifted_already")
        now, why = timezone.now(), given_reason(reason)
        lifts = [
            RestrictionLift(restriction=each, lifted_by=actor, reason=why, lifted_at=now)
            for each in [restriction, *in_force.filter(patient__merged_into=stored).order_by("pk")]
        ]
        for lift in lifts:
            insert_reasoned(lift, actor=actor, about=stored, digest=lift_digest, restriction=lift.restriction_id)
    return lifts[0]


def require_open_to_cases(patient: Patient) -> None:
    """Raise `Conflict` for a patient under a restriction or merged into another; called where a case is opened or ordered.

    Nobody who works on cases would see it. The lock makes a restriction wait for the case, and the case for a restriction.
    """
    stored = Patient.objects.select_for_update(no_key=True).only("pk", "merged_into").get(pk=patient.pk)
    require_current(stored)
    if stored.restrictions.in_force().exists():
        raise Conflict(_("This patient is restricted: lift the restriction first."), code="restricted")


def _require_permission(actor: User, patient: Patient) -> None:
    must_see(actor=actor, record_=patient)
    if not may_restrict_patient(actor, patient):
        refuse(actor=actor, target=patient, sentence=ONLY_ADMINISTRATORS)
