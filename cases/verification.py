"""Whether cases, patients, their states, their images and the files of these are what was written."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from audit.models import Action, AuditEvent, Outcome
from audit.selectors import last_digest, missing_records, said_about
from cases.crypto import UndecryptableValueError
from cases.identifiers import PSEUDONYMOUS, is_under_present_key, keyed_fingerprint
from cases.models import (
    BreakGlassAccess,
    Case,
    ImagePurge,
    LegalHold,
    LegalHoldRelease,
    Patient,
    PatientMerge,
    PatientMergeUndo,
    PatientRestriction,
    Pseudonymisation,
    PurgeRun,
    RestrictionLift,
    SmearImage,
)
from cases.purged_files import names_of
from cases.storage import clinical_storage
from cases.stored_files import FileMissing, FileSwapped, open_display, open_original, open_thumbnail
from hematovision.chunks import chunks_of, in_chunks
from hematovision.verifications import Finding, Older

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from django.db.models import Model

    from cases.models import CaseTransition, FormerIdentity, ImageTransition, Order, OrderTransition
    from hematovision.verifications import Found

CASE = Case._meta.label_lower
IMAGE = SmearImage._meta.label_lower
PATIENT = Patient._meta.label_lower
MERGE = PatientMerge._meta.label_lower
ACCESS = BreakGlassAccess._meta.label_lower
_REMOVALS: tuple[tuple[type[Model], Action], ...] = (
    (PurgeRun, Action.CREATE),
    (ImagePurge, Action.DELETE),
    (Pseudonymisation, Action.CREATE),
)
_PARTS = {"original": "original", "shown": "display copy"}
_STEPS = (Action.SUBMIT, Action.CANCEL, Action.TRANSITION)


def case_digest(case: Case) -> str:
    """The fingerprint of what was said about a specimen and whose it is. The free text has one of its own, under a key."""
    return fingerprint(
        [
            (
                case.pk,
                case.patient_id,
                case.clinic_id,
                case.laboratory_id,
                case.accession_number,
                case.priority,
                case.stain,
                case.objective,
                case.um_per_px,
                case.microscope,
                case.camera,
                case.collected_at,
                case.wbc,
                case.wbc_source,
                case.wbc_measured_at,
                case.created_by_id,
                case.created_at,
            )
        ]
    )


def question_digest(case: Case) -> str:
    """The keyed fingerprint of the clinical question: free text about a person."""
    return keyed_fingerprint([(case.pk, case.clinical_question)])


def patient_digest(patient: Patient, *, former: Iterable[FormerIdentity] | None = None) -> str:
    """The keyed fingerprint of a patient's identifiers, with those before corrections and the entries of the search index.

    `former` are the identifiers before corrections where the caller has them, else they are read.
    """
    earlier = patient.former_identities.all() if former is None else former
    return keyed_fingerprint(
        [
            (
                patient.pk,
                patient.organisation_id,
                *_identity(patient),
                patient.created_at,
            ),
            *((row.pk, *_identity(row), row.until, row.corrected_by_id, row.reason, row.note) for row in earlier),
        ]
    )


def _identity(row: Patient | FormerIdentity) -> tuple[Any, ...]:
    return (
        row.mrn,
        row.family_name,
        row.given_name,
        row.birth_date,
        row.birth_date_precision,
        row.sex,
        row.mrn_index,
        row.name_index,
        row.birth_date_index,
    )


def hold_digest(hold: LegalHold) -> str:
    """The fingerprint of a legal hold."""
    return fingerprint([(hold.pk, hold.case_id, hold.placed_by_id, hold.placed_at, hold.reason)])


def release_digest(release: LegalHoldRelease) -> str:
    """The fingerprint of the end of a legal hold."""
    return fingerprint([(release.pk, release.hold_id, release.released_by_id, release.released_at, release.reason)])


def restriction_digest(restriction: PatientRestriction) -> str:
    """The fingerprint of a restriction."""
    return fingerprint(
        [
            (
                restriction.pk,
                restriction.patient_id,
                restriction.restricted_by_id,
                restriction.restricted_at,
                restriction.reason,
            )
        ]
    )


def lift_digest(lift: RestrictionLift) -> str:
    """The fingerprint of the end of a restriction."""
    return fingerprint([(lift.pk, lift.restriction_id, lift.lifted_by_id, lift.lifted_at, lift.reason)])


def access_digest(access: BreakGlassAccess) -> str:
    """The fingerprint of an emergency access: to what, by whom, why and until when."""
    return fingerprint(
        [(access.pk, access.case_id, access.user_id, access.reason, access.known, access.opened_at, access.expires_at)]
    )


PATIENTS = KeptRows(
    Patient,
    patient_digest,
    changed="Its identifiers, or those before a correction, are not what was written.",
    prefetched=("former_identities",),
    comparable=is_under_present_key,
    known=True,
    unreadable=(UndecryptableValueError,),
)
QUESTIONS = KeptRows(
    Case,
    question_digest,
    member="question",
    changed="Its clinical question was changed after it was written.",
    comparable=is_under_present_key,
    stays=False,
)
ORDERS = (
    KeptRows(LegalHold, hold_digest, known=True),
    KeptRows(LegalHoldRelease, release_digest, known=True),
    KeptRows(PatientRestriction, restriction_digest, known=True),
    KeptRows(RestrictionLift, lift_digest, known=True),
)


def image_digest(image: SmearImage) -> str:
    """The fingerprint of an image as it was received; its microscope may be corrected and stays out."""
    return fingerprint(
        [
            (
                image.pk,
                image.case_id,
                image.ordinal,
                image.sha256,
                image.original.name,
                image.media_type,
                image.byte_size,
                image.width,
                image.height,
                image.conversions,
                image.camera,
                image.uploaded_by_id,
                image.uploaded_at,
            )
        ]
    )


def merge_digest(merge: PatientMerge) -> str:
    """The fingerprint of a merge: who was merged, by whom, why, and what moved. Identities are about a person and stay out."""
    before = merge.before
    return fingerprint(
        [
            (
                merge.pk,
                merge.from_patient_id,
                merge.into_id,
                merge.merged_by_id,
                merge.merged_at,
                merge.reason,
                merge.message,
                before["repointed"],
                before["followers"],
            )
        ]
    )


def check_merges() -> Iterator[Finding]:
    """Every merge and its end is as a person wrote it, and patients are merged by merges alone."""
    yield from _known_rows(PatientMerge, Action.CREATE)
    yield from _known_rows(PatientMergeUndo, Action.CREATE)
    for merges in chunks_of(PatientMerge.objects.all(), by=("pk",)):
        said = said_about(MERGE, [str(merge.pk) for merge in merges])
        for merge in merges:
            known = last_digest(said.get(str(merge.pk), []), "row")
            if known is not None and known != merge_digest(merge):
                yield Finding(MERGE, str(merge.pk), "It is not the merge that was written.")
    standing = PatientMerge.objects.standing().order_by("merged_at", "pk")
    leads_to: dict[UUID, UUID] = dict(standing.values_list("from_patient", "into"))
    says: dict[UUID, UUID | None] = dict(
        Patient.objects.filter(Q(merged_into__isnull=False) | Q(pk__in=list(leads_to)))
        .order_by()
        .values_list("pk", "merged_into")
    )
    for pk, into in sorted(says.items()):
        expected, passed = leads_to.get(pk), {pk}
        while expected in leads_to and expected not in passed:
            passed.add(expected)
            expected = leads_to[expected]
        if into != expected:
            yield Finding(PATIENT, str(pk), "Whom it was merged into is not what the merges say.")


def check_patients() -> Iterator[Found]:
    """Every patient is there, under the identifiers that were written last, and those before corrections are."""
    yield from PATIENTS.check()


def check_cases() -> Iterator[Found]:
    """Every case is there, is of whom and of what it was, and came to its state by steps that the audit trail saw."""
    for pk in missing_records(Case, action=Action.CREATE):
        yield Finding(CASE, pk, "It was opened, the audit trail says, and is no longer in the record.")
    for cases in chunks_of(Case.objects.prefetch_related("transitions"), by=("pk",)):
        ids = [str(case.pk) for case in cases]
        said = said_about(CASE, ids)
        steps = _steps_of(ids)
        for case in cases:
            known = last_digest(said.get(str(case.pk), []), "row")
            if str(case.pk) not in said:
                yield Finding(CASE, str(case.pk), "The audit trail does not know it.")
            elif known is not None and known != case_digest(case):
                yield Finding(CASE, str(case.pk), "What is said about its specimen was changed after it was written.")
            yield from steps_that_do_not_fit(case, CASE, list(case.transitions.all()))
            yield from _events(case, steps.get(str(case.pk), []))
    yield from QUESTIONS.check()


def check_images() -> Iterator[Finding]:
    """Every image is there as it was received, its original and what is shown of it too, and came to its state by steps."""
    for pk in missing_records(SmearImage, action=Action.CREATE):
        yield Finding(IMAGE, pk, "It was received, the audit trail says, and is no longer in the record.")
    for images in chunks_of(SmearImage.objects.prefetch_related("transitions", "purges"), by=("pk",)):
        said = said_about(IMAGE, [str(image.pk) for image in images])
        for image in images:
            known = last_digest(said.get(str(image.pk), []), "row")
            if str(image.pk) not in said:
                yield Finding(IMAGE, str(image.pk), "The audit trail does not know it.")
            elif known is not None and known != image_digest(image):
                yield Finding(IMAGE, str(image.pk), "Its row was changed after it was received.")
            yield from steps_that_do_not_fit(image, IMAGE, list(image.transitions.all()))
            shown = last_digest(said.get(str(image.pk), []), "shown")
            if shown is not None and shown != image.display_sha256:
                yield Finding(IMAGE, str(image.pk), "The hash of its display copy is not the one that was kept.")
            yield from _purges(image)
            yield from _files(image)


def check_orders() -> Iterator[Found]:
    """Every order about what is kept is there, and was given by a person as the audit trail says."""
    for orders in ORDERS:
        yield from orders.check()


def check_removals() -> Iterator[Finding]:
    """Every removal of files, and of identifiers, is there and happened as the audit trail says."""
    for model, action in _REMOVALS:
        yield from _known_rows(model, action)
    yield from _pseudonyms()


def _known_rows(model: type[Model], action: Action) -> Iterator[Finding]:
    """Every row that the audit trail saw written is there, and the trail saw every row."""
    kind = model._meta.label_lower
    for pk in missing_records(model, action=action):
        yield Finding(kind, pk, "It was written, the audit trail says, and is no longer in the record.")
    for rows in chunks_of(model._default_manager.all(), by=("pk",)):
        said = said_about(kind, [str(row.pk) for row in rows])
        for row in rows:
            if str(row.pk) not in said:
                yield Finding(kind, str(row.pk), "The audit trail does not know it.")


def check_accesses() -> Iterator[Found]:
    """Every emergency access is there as it was opened, and nobody has one that the audit trail does not know."""
    opened = {pk: row for pk, row in _accesses_opened() if pk}
    present = {str(access.pk): access for access in in_chunks(BreakGlassAccess.objects.all(), by=("pk",))}
    older = 0
    for pk in sorted(opened.keys() | present.keys()):
        if pk not in present:
            yield Finding(ACCESS, pk, "It was opened, the audit trail says, and is no longer in the record.")
        elif pk not in opened:
            yield Finding(ACCESS, pk, "The audit trail does not know it.")
        elif opened[pk] is None:
            older += 1
        elif opened[pk] != access_digest(present[pk]):
            yield Finding(ACCESS, pk, "It was changed after it was opened.")
    if older:
        yield Older(ACCESS, older)


def _accesses_opened() -> Iterator[tuple[str, str | None]]:
    events = AuditEvent.objects.filter(object_type=CASE, action=Action.BREAK_GLASS, outcome=Outcome.SUCCESS)
    for event in in_chunks(events, by=("id",)):
        after = event.after if isinstance(event.after, dict) else {}
        yield str(after.get("access", "")), after.get("access_row")


def _pseudonyms() -> Iterator[Finding]:
    """Who was pseudonymised has no other name anywhere."""
    rows = Pseudonymisation.objects.select_related("patient").prefetch_related(
        "patient__former_identities", "patient__numbers"
    )
    for made in in_chunks(rows, by=("pk",)):
        patient = made.patient
        names = {(former.mrn, former.full_name) for former in patient.former_identities.all()}
        names |= {(number.value, PSEUDONYMOUS) for number in patient.numbers.all()}
        names.add((patient.mrn, patient.full_name))
        if names != {(made.pseudonym, PSEUDONYMOUS)}:
            yield Finding(PATIENT, str(patient.pk), "Its identifiers are not those of its pseudonym.")


def steps_that_do_not_fit(
    record: Case | SmearImage | Order, kind: str, steps: Sequence[CaseTransition | ImageTransition | OrderTransition]
) -> Iterator[Finding]:
    """Each step begins where the one before ended, and the last one ends where the record is."""
    if not steps or steps[0].from_state:
        yield Finding(kind, str(record.pk), "The first of its steps is missing.")
    if any(earlier.to_state != later.from_state for earlier, later in pairwise(steps)):
        yield Finding(kind, str(record.pk), "Its steps do not follow one another.")
    if steps and steps[-1].to_state != record.state:
        yield Finding(kind, str(record.pk), "It is in a state that no step led to.")


def _events(case: Case, seen: list[tuple[str, str]]) -> Iterator[Finding]:
    """The steps of a case are those that the audit trail saw."""
    taken = [(step.from_state, step.to_state) for step in case.transitions.all() if step.from_state]
    if taken != seen:
        yield Finding(CASE, str(case.pk), "Its steps are not those that the audit trail saw.")


def _steps_of(ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    events = AuditEvent.objects.filter(
        object_type=CASE, object_id__in=ids, action__in=_STEPS, outcome=Outcome.SUCCESS
    ).order_by("id")
    for object_id, before, after in events.values_list("object_id", "before", "after"):
        if isinstance(before, dict) and isinstance(after, dict) and "state" in before and "state" in after:
            found.setdefault(object_id, []).append((before["state"], after["state"]))
    return found


def _purges(image: SmearImage) -> Iterator[Finding]:
    """What was purged is gone, and what its row says is what a purge did."""
    for what, said in (("original", image.original_purged_at), ("shown", image.shown_purged_at)):
        done = [purge.purged_at for purge in image.purges.all() if getattr(purge, what)]
        if [said] != done and (said is not None or done):
            yield Finding(IMAGE, str(image.pk), f"When its {_PARTS[what]} was purged is not what a purge wrote.")
    original, shown = (any(getattr(purge, what) for purge in image.purges.all()) for what in ("original", "shown"))
    if (original or shown) and any(map(clinical_storage().exists, names_of(image, original=original, shown=shown))):
        yield Finding(IMAGE, str(image.pk), "A file that was purged is still there.")


def _files(image: SmearImage) -> Iterator[Finding]:
    for part, opened in (
        ("original", partial(open_original, afresh=True)),
        ("display", partial(open_display, afresh=True)),
        ("thumbnail", open_thumbnail),
    ):
        if not getattr(image, part) or (image.original_purged_at if part == "original" else image.shown_purged_at):
            continue
        what = part if part == "original" else f"{part} copy"
        try:
            opened(image).close()
        except FileMissing:
            yield Finding(IMAGE, str(image.pk), f"Its {what} is missing.")
        except FileSwapped:
            yield Finding(IMAGE, str(image.pk), f"Its {what} is not the file that was kept.")
