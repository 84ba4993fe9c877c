"""The right patient's case for the images of a report that was withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.models import Action
from audit.services import record
from cases.conf import turnaround
from cases.models import Case, CaseTransition, ImageTransition, Patient, SmearImage
from cases.models.restriction import restricted_patients
from cases.partial_date import PartialDate
from cases.permissions import must_see, refuse
from cases.services.accession import next_accession_number
from cases.services.audit_trail import scope_of
from cases.services.cases import settle_case
from cases.services.transitions import lock_case, step_case
from cases.signals import image_received
from cases.states import CaseState
from cases.storage import clinical_storage, original_name
from cases.stored_files import open_original
from cases.verification import case_digest, image_digest, question_digest
from hematovision.errors import Conflict, Gone, Unprocessable
from reports.models import CaseMove
from review.permissions import NOT_A_REVIEWER, may_review

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

_MOVED = gettext_noop("Moved from a withdrawn case.")
"""Kept in English, and translated where it is shown."""
_SPECIMEN = (
    "priority",
    "stain",
    "objective",
    "um_per_px",
    "microscope",
    "camera",
    "clinical_question",
    "collected_at",
    "wbc",
    "wbc_source",
    "wbc_measured_at",
)


def move_to_patient(*, actor: User, case: Case, mrn: str, birth_date: dt.date | PartialDate) -> Case:
    """Open a case of the right patient with copies of the images of a withdrawn one; returns it.

    The withdrawn case stays as it was signed. In the new one every image is analysed and reviewed again. The patient has
    to be known to the clinic under exactly this record number and birth date.

    Raises `NotFound`, `PermissionRefused`, `Conflict` (not withdrawn, moved already, an image is missing) or
    `Unprocessable` (no such patient, or the same one).
    """
    must_see(actor=actor, record_=case)
    if not may_review(actor, case):
        refuse(actor=actor, target=case, sentence=NOT_A_REVIEWER)
    patients = Patient.objects.filter(organisation=case.clinic_id).with_mrn(mrn).born_on(birth_date)
    # Who is restricted is nobody to the laboratory.
    patient = patients.exclude(pk__in=restricted_patients()).first()
    if patient is None:
        sentence = _(
            "The clinic has no patient with this record number and birth date. The clinic registers them first."
        )
        raise Unprocessable(sentence, code="no_patient")
    # A number that was merged is that of the record which stands now.
    patient = patient.merged_into or patient
    if patient.pk == case.patient_id:
        raise Unprocessable(_("This is the patient the report was withdrawn from."), code="same_patient")
    names: list[str] = []
    try:
        with transaction.atomic():
            lock_case(case)
            _require_withdrawn(case)
            new = _open(actor, case, patient)
            for image in case.images.counting().order_by("ordinal"):
                _copy(actor, new, image, names)
            settle_case(case=new)
            CaseMove.objects.create(from_case=case, to_case=new, by=actor)
            for old, other, what in ((case, new, "moved_to"), (new, case, "moved_from")):
                record(actor=actor, action=Action.CORRECT, target=old, after={what: str(other.pk)}, **scope_of(old))
    except BaseException:
        for name in names:
            clinical_storage().delete(name)
        raise
    return new


def _require_withdrawn(case: Case) -> None:
    if case.state != CaseState.WITHDRAWN:
        raise Conflict(
            _("Only a withdrawn case moves to another patient."), code="state", details={"state": case.state}
        )
    if CaseMove.objects.filter(from_case=case).exists():
        raise Conflict(_("The images were moved already."), code="moved")


def _open(actor: User, case: Case, patient: Patient) -> Case:
    now = timezone.now()
    new = Case(
        patient=patient,
        clinic=case.clinic,
        laboratory=case.laboratory,
        accession_number=next_accession_number(case.laboratory),
        created_by=actor,
        **{name: getattr(case, name) for name in _SPECIMEN},
    )
    new.save(force_insert=True)
    CaseTransition.objects.create(case=new, to_state=CaseState.DRAFT, by=actor, reason=_MOVED)
    stored = Case.objects.get(pk=new.pk)
    record(
        actor=actor,
        action=Action.CREATE,
        target=new,
        after={"moved_from": str(case.pk), "row": case_digest(stored), "question": question_digest(stored)},
        **scope_of(new),
    )
    new.submitted_at, new.due_at = now, now + turnaround(new.priority)
    step_case(case=new, to=CaseState.SUBMITTED, by=actor, reason=_MOVED)
    return new


def _copy(actor: User, case: Case, image: SmearImage, names: list[str]) -> None:
    """Receive the same bytes again; what is derived from them is made anew."""
    storage = clinical_storage()
    try:
        with open_original(image, afresh=True) as file:
            name = storage.save(original_name(image, ""), File(file))
    except Gone as error:
        raise Conflict(error.sentence, code="picture_missing") from error
    names.append(name)
    new = SmearImage.objects.create(
        case=case,
        ordinal=image.ordinal,
        sha256=image.sha256,
        original=name,
        media_type=image.media_type,
        byte_size=image.byte_size,
        width=image.width,
        height=image.height,
        conversions=image.conversions,
        camera=image.camera,
        microscope=image.microscope,
        microscope_source=image.microscope_source,
        uploaded_by=actor,
    )
    ImageTransition.objects.create(image=new, to_state=new.state, by=actor, reason=_MOVED)
    record(
        actor=actor,
        action=Action.CREATE,
        target=new,
        after={"sha256": new.sha256, "moved_from": str(image.pk), "row": image_digest(new)},
        **scope_of(new),
    )
    transaction.on_commit(lambda: image_received.send(sender=SmearImage, image_id=new.pk))
