"""A course of the demonstration: a class of students, what they were given, and what they answered in three months.

Through the services people use, on a clock that is set back. Who errs how often is fixed, and which cells are mistaken follows from a
lot with a fixed seed, so that every installation shows the same course.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.demo import seed_classmates, seed_people
from education.models import (
    Attempt,
    AttemptItem,
    AttemptState,
    GroupMember,
    SetKind,
    StudentGroup,
    TeachingCell,
    TeachingSet,
)
from education.selectors.passed import judgement_of
from education.services.answers import answer_item
from education.services.assignments import give_set
from education.services.attempts import start_attempt
from education.services.certificates import ask_for_certificate, issue_certificate, prepare_certificate
from education.services.class_lists import take_list
from education.services.differentials import Entry, finish_differential, save_entries
from education.services.predictions import ask_for_prediction
from education.services.proficiency import give_test
from education.services.questions import askable
from education.services.student_groups import make_group
from education.services.teaching_sets import list_cells, make_set, open_set
from education.teaching_classes import at_depth, classes_asked, counting_as
from reports.models import SignatureMethod
from reports.pdf import pdf_problem
from reports.services.signing import Proof
from workbench.services.demo_answers import labels_for
from workbench.services.demo_clock import DemoClock, set_clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User

COURSE = "Haematology course"
LOOK_ALIKES = "Look-alikes of the twelfth week"
TEST = "Proficiency test: the whole differential"
_FIRST, _CERTIFICATE, _TIMED = "first-cells", "certificate", "differential-100"
_DAY, _HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
_TEST_CLOSED = 45 * _DAY
_ERRS = (0.12, 0.07, 0.24, 0.12, 0.30, 0.16, 0.08, 0.36, 0.18, 0.25)
"""How often each student mistakes a cell of middling difficulty, by the middle of the course; the demo student is the first."""
_COLLEAGUE_ERRS = 0.03


@dataclass(frozen=True, slots=True)
class _Sitting:
    """When something is answered, how much more often than usual somebody errs then, and the first of how many answer it."""

    before: dt.timedelta
    errs: float = 1.0
    people: int = len(_ERRS)


_SITTINGS = {
    _FIRST: _Sitting(80 * _DAY, errs=1.6),
    TEST: _Sitting(50 * _DAY, errs=1.2, people=7),
    _TIMED: _Sitting(30 * _DAY),
    _CERTIFICATE: _Sitting(4 * _DAY, errs=0.8, people=3),
    LOOK_ALIKES: _Sitting(2 * _DAY, errs=0.9),
}


def begin_course(*, now: dt.datetime) -> int:
    """Have the demo pathologist make a class and give it sets, where there is none of its name; returns how many students came in.

    `now` is the moment in which the demonstration is seen: what is due is due from there. The shipped sets and their material have
    to be there; without them nothing is made.
    """
    people = {person.email: person for person in seed_people()}
    teacher = people["pathologist@central-laboratory.example"]
    shipped = {each.shipped_as: each for each in TeachingSet.objects.exclude(shipped_as="")}
    is_begun = StudentGroup.objects.filter(name=COURSE, laboratory=teacher.laboratory).exists()
    if is_begun or not {_FIRST, _CERTIFICATE} <= shipped.keys() or not askable(shipped[_FIRST], teacher).exists():
        return 0
    students = [people["student@central-laboratory.example"], *seed_classmates()]
    with transaction.atomic():
        group = make_group(actor=teacher, name=COURSE)
        take_list(actor=teacher, pk=group.pk, text="\n".join(f"{each.full_name}, {each.email}" for each in students))
        listed = _make(
            teacher,
            LOOK_ALIKES,
            about="Cells that are often taken for each other.",
            classes=["lymphocyte", "monocyte", "immature_granulocyte", "erythroblast"],
            each=6,
        )
        due = {shipped[_FIRST]: now - 77 * _DAY, listed: now + 2 * _DAY, shipped[_CERTIFICATE]: now + 10 * _DAY}
        for given, until in due.items():
            # In an installation that was seeded before, the course begins today: what were due before then has no date.
            due_at = until if until > timezone.now() else None
            give_set(actor=teacher, teaching_set=given.pk, group=group, people=[], due_at=due_at)
        if now - _TEST_CLOSED > timezone.now():
            test = _make(teacher, TEST, about="The same cells for everybody, answered once.", classes=[], each=3)
            sitting = [*students[: _SITTINGS[TEST].people], people["second.pathologist@central-laboratory.example"]]
            give_test(actor=teacher, teaching_set=test, people=sitting, due_at=now - _TEST_CLOSED)
    return len(students)


def seed_answers(*, now: dt.datetime) -> int:
    """Have everybody of the class answer what they were given; returns how many answers were given.

    The demo student stops half-way through the set of the teacher. Who has begun anything by themselves is left alone.
    """
    members = list(
        GroupMember.objects.filter(group__name=COURSE, left_at__isnull=True).select_related("person").order_by("pk")
    )
    given = 0
    for position, (member, errs) in enumerate(zip(members, _ERRS, strict=False)):
        if Attempt.objects.filter(student=member.person).exists():
            continue
        with transaction.atomic():
            for name, sitting in _SITTINGS.items():
                teaching_set = _set(name)
                if teaching_set is None or position >= sitting.people:
                    continue
                goes_on = name == LOOK_ALIKES and position == 0
                before = 3 * _HOUR if goes_on else sitting.before - position * _HOUR / 2
                at = max(now - before, member.joined_at)
                given += _sit(member.person, teaching_set, at, errs * sitting.errs, half=goes_on)
    return given + _colleague_sits(now)


def seed_certificates(*, clock: DemoClock) -> int:
    """Have those who passed ask for the certificate, and the pathologist sign that of the demo student; returns how many were signed.

    The request of another student waits. Nothing is signed where the PDF cannot be made.
    """
    teacher = next(person for person in seed_people() if person.email == "pathologist@central-laboratory.example")
    group = StudentGroup.objects.filter(name=COURSE)
    attempts = Attempt.objects.filter(
        teaching_set__shipped_as=_CERTIFICATE, state=AttemptState.FINISHED, student__student_groups__group__in=group
    )
    signed = 0
    for attempt in attempts.select_related("student", "teaching_set").order_by("started_at"):
        judgement = judgement_of(attempt)
        if judgement is None or not judgement.is_passed or attempt.certificate_requests.exists():
            continue
        clock.advance((attempt.finished_at or attempt.started_at) + _HOUR)
        asked = ask_for_certificate(actor=attempt.student, attempt=attempt.pk)
        if attempt.student.email == "student@central-laboratory.example" and not pdf_problem():
            clock.pass_by(_HOUR / 3)
            _, _, preview = prepare_certificate(actor=teacher, request=asked.pk)
            proof = Proof(user=teacher.pk, method=SignatureMethod.PASSWORD.value, session_first=True, at=timezone.now())
            issue_certificate(actor=teacher, request=asked.pk, preview=preview, proof=proof)
            signed += 1
    return signed


def _make(teacher: User, title: str, *, about: str, classes: list[str], each: int) -> TeachingSet:
    """A set of the teacher's own that lists `each` cells of every class, open for those it is given to."""
    codes = [asked.code for asked in classes_asked(classes, finer=False)]
    cells = []
    for code in codes:
        known = TeachingCell.objects.visible_to(teacher).for_marks()
        known = known.filter(cell_class__in=counting_as({code}, finer=False))
        # By what they show: the same cells on every installation.
        cells += list(known.order_by("-pixel_hash").values_list("pk", flat=True)[:each])
    made = make_set(
        actor=teacher,
        columns={"title": title, "about": about, "classes": classes, "length": len(cells), "for_everybody": False},
    )
    list_cells(actor=teacher, pk=made.pk, chosen=cells, shown=cells)
    return open_set(actor=teacher, pk=made.pk)


def _set(name: str) -> TeachingSet | None:
    own = TeachingSet.objects.filter(title=name, created_by__isnull=False).first()
    return own or TeachingSet.objects.filter(shipped_as=name).first()


def _colleague_sits(now: dt.datetime) -> int:
    colleague = next(
        person for person in seed_people() if person.email == "second.pathologist@central-laboratory.example"
    )
    test = _set(TEST)
    if test is None or Attempt.objects.filter(student=colleague).exists():
        return 0
    with transaction.atomic():
        return _sit(colleague, test, now - _SITTINGS[TEST].before, _COLLEAGUE_ERRS)


def _sit(student: User, teaching_set: TeachingSet, at: dt.datetime, errs: float, *, half: bool = False) -> int:
    """Answer a set, or `half` of it, from `at` on; returns how many answers were given."""
    lot = Random(f"{student.email} {teaching_set.title}")  # noqa: S311 - the same answers everywhere
    with set_clock(at) as clock:
        attempt = start_attempt(actor=student, teaching_set=teaching_set, seed=lot.randrange(2**31))
        items = list(attempt.items.select_related("cell").order_by("position"))
        items = items[: len(items) // 2] if half else items
        codes = [each.code for each in classes_asked(teaching_set.classes, finer=teaching_set.finer)]
        truths = [at_depth(item.cell.cell_class, finer=teaching_set.finer) for item in items]
        labels = labels_for(truths, codes, errs=errs, lot=lot)
        if teaching_set.kind == SetKind.DIFFERENTIAL:
            _call(clock, student, attempt, labels, lot)
        else:
            _answer(clock, student, attempt, items, labels, lot)
        if teaching_set.shipped_as == _FIRST and student.email == "student@central-laboratory.example":
            # Of these the model is asked, as when they are shown: of all of them a worker would be busy for minutes.
            for item in items:
                ask_for_prediction(cell=item.cell)
    return len(items)


def _answer(
    clock: DemoClock, student: User, attempt: Attempt, items: Sequence[AttemptItem], labels: Sequence[str], lot: Random
) -> None:
    """Answer a quiz, each cell some seconds after it was shown."""
    times = []
    shown_at = clock.at
    for item in items:
        item.shown_at = shown_at
        times.append(shown_at + dt.timedelta(seconds=lot.uniform(1.8, 9)))
        shown_at = times[-1] + dt.timedelta(seconds=lot.uniform(1, 4))
    AttemptItem.objects.bulk_update(items, ["shown_at"])
    for item, label, time in zip(items, labels, times, strict=True):
        clock.advance(time)
        answer_item(actor=student, attempt=attempt.pk, position=item.position, label=label)


def _call(clock: DemoClock, student: User, attempt: Attempt, labels: Sequence[str], lot: Random) -> None:
    """Call the cells of a timed differential, which go to the server together."""
    entries = [
        Entry(position, 0, label, round(1000 * lot.uniform(1.2, 5))) for position, label in enumerate(labels, start=1)
    ]
    clock.pass_by(dt.timedelta(milliseconds=sum(entry.ms or 0 for entry in entries)))
    save_entries(actor=student, attempt=attempt.pk, entries=entries)
    finish_differential(actor=student, attempt=attempt.pk)
