"""What is taught and learned in the world of the matrix."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.utils import timezone

from education.models import (
    Assignment,
    AssignmentKind,
    CertificateRequest,
    GroupMember,
    JoinCode,
    MaterialState,
    SetKind,
    SetState,
    Source,
    StudentGroup,
    TeachingCell,
    TeachingPrediction,
    TeachingSet,
)
from education.services.answers import answer_item, show_next
from education.services.attempts import start_attempt
from education.services.differentials import finish_differential
from education.services.discussion import add_comment
from tests.factories.certificates import issued_certificate
from tests.factories.teaching import passed_attempt, teaching_cell, teaching_field, teaching_set

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Organisation, User


def taught(near: Organisation, far: Organisation, student: User, pathologist: User) -> dict[str, Any]:
    """Return material and sets of both laboratories and attempts of a student, by the names the tables use."""
    own = {"source": Source.OWN}
    shared = teaching_cell()
    near_set, ended_set = teaching_set(shared, laboratory=near), teaching_set(shared, laboratory=near)
    running = start_attempt(actor=student, teaching_set=near_set)
    show_next(actor=student, attempt=running.pk)
    ended = start_attempt(actor=student, teaching_set=ended_set)
    show_next(actor=student, attempt=ended.pk)
    answer_item(actor=student, attempt=ended.pk, position=1, label="platelet")
    near_cell = teaching_cell(laboratory=near, **own)
    far_cell = teaching_cell(laboratory=far, **own)
    counted = [start_attempt(actor=student, teaching_set=each) for each in _differentials(shared)]
    finish_differential(actor=student, attempt=counted[1].pk)
    group = StudentGroup.objects.create(laboratory=near, name="Near", created_by=student)
    GroupMember.objects.create(group=group, person=student)
    made = {"laboratory": near, "for_everybody": False}
    given = teaching_set(shared, **made)
    passed = passed_attempt(student, near)
    request = CertificateRequest.objects.create(attempt=passed, laboratory=near)
    certificate = issued_certificate(student, pathologist, near)
    # Asked for when the cell was shown; what a worker would have made of it.
    model_words = TeachingPrediction.objects.get(cell=shared)
    model_words.heat_maps.save("", ContentFile(b"heat maps"), save=False)
    model_words.save()
    return {
        "passed": passed,
        "near_request": request,
        "near_certificate": certificate,
        "certificate_hash": certificate.content_hash,
        "atlas_monocyte": "monocyte",
        "atlas_unknown": "neutrophile",
        "pair": ("neutrophil", "monocyte"),
        "near_comment": add_comment(actor=student, cell=near_cell.pk, text="Why no monocyte?"),
        "group": group,
        "member": (group.pk, student.pk),
        "learner": student,
        "coded": JoinCode.objects.create(
            group=group, code="NEARCODE", made_by=student, expires_at=timezone.now() + timedelta(days=1)
        ).group,
        "made": teaching_set(shared, state=SetState.DRAFT, **made),
        "given": Assignment.objects.create(teaching_set=given, group=group, given_by=student),
        "opened": given,
        "counted": counted[0],
        "counted_before": counted[1],
        "near_test": _test(near, student, timezone.now() + timedelta(days=1)),
        "closed_test": _test(near, student, timezone.now()),
        "near_set": near_set,
        "far_set": teaching_set(shared, laboratory=far),
        "draft_set": teaching_set(shared, state=SetState.DRAFT),
        "running": running,
        "model_words": model_words,
        "ended": ended,
        "running_question": (running.pk, 1),
        "ended_question": (ended.pk, 1),
        "shared_cell": shared,
        "near_cell": near_cell,
        "far_cell": far_cell,
        "near_draft": teaching_cell(laboratory=near, state=MaterialState.DRAFT, **own),
        "shared_field": teaching_field(),
        "near_field": teaching_field(laboratory=near, **own),
        "near_field_draft": teaching_field(laboratory=near, state=MaterialState.DRAFT, **own),
    }


def _differentials(cell: TeachingCell) -> list[TeachingSet]:
    return [teaching_set(cell, kind=SetKind.DIFFERENTIAL) for _ in range(2)]


def _test(near: Organisation, student: User, due_at: datetime) -> Assignment:
    given = {"kind": AssignmentKind.PROFICIENCY, "person": student, "given_by": student, "due_at": due_at}
    return Assignment.objects.create(teaching_set=teaching_set(laboratory=near), **given)
