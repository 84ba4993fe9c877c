"""Two records of one person made one, and two people after all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from audit.services import record
from cases.models import CaseTransition, Patient, PatientMerge, PatientMergeUndo, PatientRestriction
from cases.patient_verification import merge_digest
from cases.permissions import may_merge_patients, may_undo_merges, must_see, refuse
from cases.services.audit_trail import scope_of
from cases.services.merged import require_current
from cases.services.reasoned import insert_reasoned
from cases.services.repointing import repoint, repoint_back
from cases.services.validation import given_reason
from cases.states import CaseState
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from accounts.models import User

NOT_YOURS_TO_MERGE = gettext_lazy(
    "Only the organisation that registered a patient, and administrators of its laboratory, merge their records."
)
ONLY_ADMINISTRATORS = gettext_lazy(
    "Only administrators of the laboratory that a patient's organisation refers to undo a merge."
)


def merge_patients(*, actor: User, patient: Patient, into: Patient, reason: str, message: str = "") -> PatientMerge:
    """Make `patient` and `into` one person: what is not signed is given to `into`, and every number finds `into`.

    Signed reports keep the identity they were signed with. `message` is the control id of a message that asked for it.
    A legal hold does not stand against it: nothing is removed, and how everything stood is kept.

    Raises `NotFound` for a patient the actor does not see, `PermissionRefused`, `Unprocessable` without a reason, and
    `Conflict`: `same_patient`, `merged` (names the record that stands), `another_organisation`, `restricted`, `in_review`.
    """
    for one in (patient, into):
        must_see(actor=actor, record_=one)
        if not may_merge_patients(actor, one):
            refuse(actor=actor, target=one, sentence=NOT_YOURS_TO_MERGE)
    if patient.pk == into.pk:
        raise Conflict(_("A patient is not merged into themselves: name the other record."), code="same_patient")
    if patient.organisation_id != into.organisation_id:
        sentence = _("Two organisations registered these patients: each keeps its own record.")
        raise Conflict(sentence, code="another_organisation")
    with transaction.atomic():
        source, survivor = _locked(patient.pk, into.pk)
        require_current(source)
        require_current(survivor)
        _require_unrestricted(source, survivor)
        before = {"from": _identity(source), "into": _identity(survivor)}
        followers = _follow(source, survivor)
        source.merged_into = survivor
        source.save(update_fields=["merged_into"])
        moved = repoint(actor=actor, from_=source, into=survivor)
        merge = PatientMerge(
            from_patient=source,
            into=survivor,
            merged_by=actor,
            merged_at=timezone.now(),
            reason=given_reason(reason),
            message=message.strip(),
            snapshot=json.dumps({**before, "repointed": moved, "followers": followers}, ensure_ascii=False),
        )
        record(
            actor=actor,
            action=Action.UPDATE,
            target=source,
            before={"merged_into": None},
            after={"merged_into": str(survivor.pk)},
            **scope_of(source),
        )
        counts = {kind: len(ids) for kind, ids in moved.items()}
        who: dict[str, Any] = {"from": str(source.pk), "into": str(survivor.pk)}
        insert_reasoned(merge, actor=actor, about=survivor, digest=_stored_digest, **who, **counts)
    return merge


def undo_merge(*, actor: User, merge: PatientMerge, reason: str) -> PatientMergeUndo:
    """Make two people of one again: what the merge moved, and nobody signed since, goes back.

    Raises as `merge_patients`; only the laboratory's administrators do it. `Conflict` also where it was undone
    already, the thirty days have passed, a case was signed since, or the survivor was merged itself.
    """
    for one in (merge.into, merge.from_patient):
        must_see(actor=actor, record_=one)
        if not may_undo_merges(actor, one):
            refuse(actor=actor, target=one, sentence=ONLY_ADMINISTRATORS)
    with transaction.atomic():
        source, survivor = _locked(merge.from_patient_id, merge.into_id)
        stored = PatientMerge.objects.select_related("undo").get(pk=merge.pk)
        require_current(survivor)
        _require_undoable(stored)
        _require_unrestricted(source, survivor)
        # While both are one person: the database lets a case go nowhere else.
        repoint_back(actor=actor, moved=stored.before["repointed"], from_=source, into=survivor)
        source.merged_into = None
        source.save(update_fields=["merged_into"])
        _part(source, survivor, stored.before["followers"])
        undo = PatientMergeUndo(merge=stored, undone_by=actor, undone_at=timezone.now(), reason=given_reason(reason))
        record(
            actor=actor,
            action=Action.UPDATE,
            target=source,
            before={"merged_into": str(survivor.pk)},
            after={"merged_into": None},
            **scope_of(source),
        )
        insert_reasoned(undo, actor=actor, about=survivor, merge=str(stored.pk))
    return undo


def _stored_digest(merge: PatientMerge) -> str:
    """The fingerprint of the row as the database has it."""
    return merge_digest(PatientMerge.objects.get(pk=merge.pk))


def _locked(first: UUID, second: UUID) -> tuple[Patient, Patient]:
    """Lock both, always in the same order, so that two merges never wait for each other."""
    rows = Patient.objects.select_for_update(no_key=True).filter(pk__in=[first, second]).order_by("pk")
    found = {patient.pk: patient for patient in rows}
    return found[first], found[second]


def _identity(patient: Patient) -> dict[str, str]:
    """How a patient stood, for whoever asks what was merged."""
    return {
        "id": str(patient.pk),
        "mrn": patient.mrn,
        "family_name": patient.family_name,
        "given_name": patient.given_name,
        "birth_date": patient.born.isoformat(),
        "sex": patient.sex,
    }


def _follow(source: Patient, survivor: Patient) -> list[str]:
    """Lead those who were merged into `source` on to `survivor`: whoever is merged names the one that stands."""
    earlier = Patient.objects.filter(merged_into=source).order_by("pk")
    ids = [str(pk) for pk in earlier.values_list("pk", flat=True)]
    # One step of a merge, whose event and snapshot name it.
    earlier.update(merged_into=survivor)
    return ids


def _part(source: Patient, survivor: Patient, followers: list[str]) -> None:
    """Lead those who followed `source` back to it, but for those who were parted from it since."""
    standing = PatientMerge.objects.standing().filter(from_patient__in=[UUID(pk) for pk in followers]).order_by()
    ids = list(standing.values_list("from_patient", flat=True))
    Patient.objects.filter(pk__in=ids, merged_into=survivor).update(merged_into=source)


def _require_unrestricted(*patients: Patient) -> None:
    if PatientRestriction.objects.in_force().filter(patient__in=patients).exists():
        raise Conflict(_("One of the two is restricted: lift the restriction first."), code="restricted")


def _require_undoable(merge: PatientMerge) -> None:
    if merge.is_undone:
        raise Conflict(_("This merge was undone already."), code="undone_already")
    if not merge.may_still_be_undone:
        raise Conflict(_("A merge is undone within 30 days; later the two stay one."), code="too_late")
    signed: Any = CaseTransition.objects.filter(
        case__patient=merge.into_id, to_state=CaseState.SIGNED, at__gte=merge.merged_at
    )
    if signed.exists():
        raise Conflict(_("A case of this patient was signed since the merge: it stays."), code="signed_since")
