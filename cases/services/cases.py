"""Cases: open one, change one, take it through its states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from audit.services import record
from cases.conf import turnaround
from cases.models import Case, CaseTransition, Patient, Priority, Stain
from cases.permissions import (
    NOT_FOR_THIS_ORGANISATION,
    is_open_to_change,
    may_enter_for,
    may_review_cases,
    may_write_cases,
    must_see,
    refuse,
)
from cases.services.accession import next_accession_number
from cases.services.audit_trail import scope_of
from cases.services.label_checks import require_label
from cases.services.poor_fields import require_seen
from cases.services.restrictions import require_open_to_cases
from cases.services.transitions import lock_case, step_case
from cases.services.validation import clean_record
from cases.signals import scale_changed
from cases.states import UNFINISHED_IMAGE_STATES, CaseState
from cases.verification import case_digest, question_digest
from hematovision.errors import Conflict, Unprocessable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping
    from decimal import Decimal
    from uuid import UUID

    from accounts.models import Organisation, User

_SAME_NUMBER = gettext_lazy("The laboratory already has a case with this accession number.")
_CHANGEABLE = frozenset(
    {
        "accession_number",
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
    }
)
# What a free text says about a person stays out of the audit trail; that it changed does not.
_NAMED_ONLY = frozenset({"clinical_question"})


def create_case(
    *,
    actor: User,
    patient: Patient,
    accession_number: str = "",
    priority: str = Priority.ROUTINE,
    stain: str = Stain.WRIGHT_GIEMSA,
    objective: int | None = None,
    um_per_px: float | None = None,
    microscope: str = "",
    camera: str = "",
    clinical_question: str = "",
    collected_at: dt.datetime | None = None,
    wbc: Decimal | None = None,
    wbc_source: str = "",
    wbc_measured_at: dt.datetime | None = None,
    clinic: Organisation | None = None,
    resubmission_of: Case | None = None,
) -> Case:
    """Open a draft case for the actor's organisation, or the `clinic` that a client acts for, referred to its laboratory.

    `resubmission_of` is the case whose specimen was rejected.
    Without an accession number the laboratory's next one is assigned. Raises `NotFound` for a patient the actor
    does not see, `Unprocessable` for impossible values, `Conflict` where the laboratory has that number (code
    `duplicate_accession_number`) the patient is restricted (code `restricted`) or merged into
    another (code `merged`).
    """
    must_see(actor=actor, record_=patient)
    if not may_write_cases(actor):
        refuse(actor=actor, object_type="cases.case", sentence=gettext_lazy("Your role does not open cases."))
    if clinic is not None and not may_enter_for(actor, clinic):
        refuse(actor=actor, object_type="cases.case", sentence=NOT_FOR_THIS_ORGANISATION)
    organisation = clinic or actor.organisation
    laboratory = organisation.laboratory if organisation is not None else None
    if organisation is None or laboratory is None or not laboratory.is_active:
        raise Conflict(_("Your organisation refers to no laboratory that takes cases."), code="no_laboratory")
    case = Case(
        patient=patient,
        clinic=organisation,
        laboratory=laboratory,
        accession_number=accession_number.strip(),
        priority=priority,
        stain=stain,
        objective=objective,
        um_per_px=um_per_px,
        microscope=microscope.strip(),
        camera=camera.strip(),
        clinical_question=clinical_question.strip(),
        collected_at=collected_at,
        wbc=wbc,
        wbc_source=wbc_source.strip(),
        wbc_measured_at=wbc_measured_at,
        created_by=actor,
        resubmission_of=resubmission_of,
    )
    try:
        with transaction.atomic():
            require_open_to_cases(patient)
            if not case.accession_number:
                case.accession_number = next_accession_number(laboratory)
            _refuse_taken(case)
            clean_record(case)
            case.save(force_insert=True)
            CaseTransition.objects.create(case=case, to_state=CaseState.DRAFT, by=actor)
            record(
                actor=actor,
                action=Action.CREATE,
                target=case,
                after={**_coded(case), **_digests(case)},
                **scope_of(case),
            )
    except (IntegrityError, Unprocessable):
        # The number may have been given away since it was looked for: the database says so, or what validates before it.
        _refuse_taken(case)
        raise
    return case


def update_case(*, actor: User, case: Case, **changes: Any) -> Case:
    """Change what was said about the specimen, while nothing is signed or for the correction of what was.

    A changed priority moves the due time with it, a changed scale has the images analysed again. Raises as `create_case`, and `Conflict` on a closed case.
    """
    must_see(actor=actor, record_=case)
    if not may_write_cases(actor):
        refuse(actor=actor, target=case, sentence=gettext_lazy("Your role does not change cases."))
    unknown = set(changes) - _CHANGEABLE
    if unknown:
        message = f"Not changeable here: {', '.join(sorted(unknown))}."  # not translated
        raise TypeError(message)
    try:
        with transaction.atomic():
            lock_case(case)
            if not is_open_to_change(actor, case):
                state = case.get_state_display().lower()
                sentence = _("The case is %(state)s and no longer changes.") % {"state": state}
                raise Conflict(sentence, code="state", details={"state": case.state})
            apply_details(actor, case, changes)
    except (IntegrityError, Unprocessable):
        # The number may have been given away since it was looked for: the database says so, or what validates before it.
        _refuse_taken(case)
        raise
    return case


def details_of(case: Case) -> dict[str, str | None]:
    """Return what was said about the specimen as texts that can be kept; `put_back_details` takes them again."""
    values = {name: getattr(case, name) for name in sorted(_CHANGEABLE)}
    return {name: None if value is None else str(value) for name, value in values.items()}


def put_back_details(*, actor: User, case: Case, details: Mapping[str, str | None]) -> Case:
    """Give the specimen of `case` the details again that `details_of` returned. Raises as `update_case`."""
    fields: dict[str, Any] = {name: Case._meta.get_field(name) for name in details}
    return update_case(actor=actor, case=case, **{name: fields[name].to_python(details[name]) for name in details})


def submit_case(*, actor: User, case: Case, seen_poor_fields: Collection[UUID] = ()) -> Case:
    """Hand a draft to the laboratory: from now on it is due, and the laboratory sees it.

    Raises `Conflict` unless it is a draft, `Unprocessable` while it has no image, and as `label_checks.require_label` and
    `poor_fields.require_seen`.
    """
    return transition_case(actor=actor, case=case, to=CaseState.SUBMITTED, seen_poor_fields=seen_poor_fields)


def cancel_case(*, actor: User, case: Case, reason: str) -> Case:
    """Cancel a case nobody has signed. Raises `Unprocessable` without a reason, `Conflict` once signed."""
    return transition_case(actor=actor, case=case, to=CaseState.CANCELLED, reason=reason)


def transition_case(
    *,
    actor: User | None,
    case: Case,
    to: CaseState,
    reason: str = "",
    seen_poor_fields: Collection[UUID] = (),
) -> Case:
    """Take a case one step; `actor=None` is the system.

    Raises `NotFound` (not visible), `PermissionRefused`, `Conflict` (step not allowed) or `Unprocessable`
    (submitted without images, cancelled without a reason).
    """
    if actor is not None:
        must_see(actor=actor, record_=case)
        may = may_write_cases if to in {CaseState.SUBMITTED, CaseState.CANCELLED} else may_review_cases
        if not may(actor):
            refuse(actor=actor, target=case, sentence=gettext_lazy("Your role does not change the state of cases."))
    reason = reason.strip()
    with transaction.atomic():
        lock_case(case)
        if to == CaseState.SUBMITTED and case.state == CaseState.DRAFT:
            if not case.images.counting().exists():
                raise Unprocessable(_("Add at least one image before you submit the case."), code="no_images")
            said = (reason, require_label(case), require_seen(case, seen_poor_fields))
            reason = " ".join(filter(None, said))
            case.submitted_at = timezone.now()
            case.due_at = case.submitted_at + turnaround(case.priority)
        if to == CaseState.CANCELLED and not reason:
            raise Unprocessable(_("Say why the case is cancelled."), code="reason_missing")
        if to == CaseState.IN_REVIEW and case.owner_id is None:
            case.owner = actor
        step_case(case=case, to=to, by=actor, reason=reason)
        if to == CaseState.SUBMITTED:
            settle_case(case=case)
    return case


def settle_case(*, case: Case) -> Case:
    """Bring a submitted case's state in line with its images; call it whenever an image finished or came.

    While the model owes an answer for an image the case is analysing, else it is ready: images that were
    rejected or failed do not hold it up, the page says which they are. Drafts and cases in review stay as they are.
    """
    with transaction.atomic():
        settle_locked_case(case=lock_case(case))
    return case


def settle_locked_case(*, case: Case) -> None:
    """As `settle_case`, for whoever has locked the case in the present transaction."""
    if case.state not in {CaseState.SUBMITTED, CaseState.ANALYSING, CaseState.READY}:
        return
    waiting = case.images.counting().filter(state__in=UNFINISHED_IMAGE_STATES).exists()
    to = CaseState.ANALYSING if waiting else CaseState.READY
    if to != case.state:
        step_case(case=case, to=to, by=None)


def apply_details(actor: User, case: Case, changes: dict[str, Any]) -> None:
    """Change a locked case for somebody who may: what `update_case` does after its questions. Raises as it does."""
    changed = sorted(name for name, value in changes.items() if getattr(case, name) != value)
    if not changed:
        return
    before = {name: getattr(case, name) for name in changed if name not in _NAMED_ONLY}
    for name in changed:
        setattr(case, name, changes[name])
    if "priority" in changed and case.submitted_at is not None:
        case.due_at = case.submitted_at + turnaround(case.priority)
    _refuse_taken(case)
    clean_record(case)
    case.save()
    after: dict[str, Any] = {name: getattr(case, name) for name in before}
    hidden = sorted(set(changed) - set(before))
    if hidden:
        after["fields"] = hidden
    after |= _digests(case)
    record(actor=actor, action=Action.UPDATE, target=case, before=before, after=after, **scope_of(case))
    if "um_per_px" in changed:
        scale_changed.send(sender=type(case), case=case, actor=actor)


def _digests(case: Case) -> dict[str, str]:
    """The fingerprints of the row as the database has it: a number may be kept shorter than it was typed."""
    stored = Case.objects.get(pk=case.pk)
    return {"row": case_digest(stored), "question": question_digest(stored)}


def _coded(case: Case) -> dict[str, Any]:
    coded = {"accession_number": case.accession_number, "priority": case.priority, "stain": case.stain}
    again = {"resubmission_of": str(case.resubmission_of_id)} if case.resubmission_of_id is not None else {}
    return coded | again


def _refuse_taken(case: Case) -> None:
    taken = Case.objects.filter(laboratory=case.laboratory, accession_number=case.accession_number)
    if taken.exclude(pk=case.pk).exists():
        raise Conflict(str(_SAME_NUMBER), code="duplicate_accession_number")
