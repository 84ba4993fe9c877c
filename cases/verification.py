"""Whether cases, their states, their images and the files of these are what was written."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from audit.models import Action, AuditEvent, Outcome
from audit.selectors import last_digest, missing_records, said_about
from cases.identifiers import is_under_present_key, keyed_fingerprint
from cases.models import (
    Case,
    SmearImage,
)
from cases.purged_files import names_of
from cases.storage import clinical_storage
from cases.stored_files import FileMissing, FileSwapped, open_display, open_original, open_thumbnail
from hematovision.chunks import chunks_of
from hematovision.verifications import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cases.models import CaseTransition, ImageTransition, Order, OrderTransition
    from hematovision.verifications import Found

CASE = Case._meta.label_lower
IMAGE = SmearImage._meta.label_lower
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
                # Of cases before there were any, nothing is hashed of it.
                *((case.resubmission_of_id,) if case.resubmission_of_id is not None else ()),
            )
        ]
    )


def question_digest(case: Case) -> str:
    """The keyed fingerprint of the clinical question: free text about a person."""
    return keyed_fingerprint([(case.pk, case.clinical_question)])


QUESTIONS = KeptRows(
    Case,
    question_digest,
    member="question",
    changed="Its clinical question was changed after it was written.",
    comparable=is_under_present_key,
    stays=False,
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
