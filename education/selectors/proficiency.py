"""The proficiency tests of a laboratory: who has finished, and once they have closed, how."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from education.models import Assignment, AssignmentKind, Attempt, AttemptState
from education.permissions import may_teach
from education.proficiency import LaboratoryScore, laboratory_score
from education.selectors.readings import readings_by_attempt

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import User
    from education.models import TeachingSet


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who was given a test; `attempt` is None until they begin."""

    person: User
    attempt: Attempt | None

    @property
    def state(self) -> str:
        """How far they are: "waiting", or the state of their attempt."""
        return "waiting" if self.attempt is None else str(self.attempt.state)


@dataclass(frozen=True, slots=True)
class ProficiencyTest:
    """One set given to people who all have until `due_at`. `pk` is that of the first assignment among them."""

    pk: UUID
    teaching_set: TeachingSet
    given_at: datetime
    given_by: User
    due_at: datetime
    people: list[Participant] = field(default_factory=list)

    def is_closed(self, moment: datetime) -> bool:
        """Whether its answers are told at `moment`."""
        return self.due_at <= moment

    @property
    def finished(self) -> int:
        """How many have finished."""
        return sum(each.state == AttemptState.FINISHED for each in self.people)


def tests_of(teacher: User) -> list[ProficiencyTest]:
    """The tests that were given at the laboratory of a teacher, the newest first."""
    return _tests(given_at_the_laboratory_of(teacher))


def proficiency_test(teacher: User, pk: UUID) -> ProficiencyTest | None:
    """One test, by any assignment of it; None where there is none at the teacher's laboratory."""
    one = given_at_the_laboratory_of(teacher).filter(pk=pk).first()
    if one is None:
        return None
    together = given_at_the_laboratory_of(teacher).filter(teaching_set=one.teaching_set, due_at=one.due_at)
    return _tests(together)[0]


def score_of(test: ProficiencyTest, moment: datetime) -> LaboratoryScore | None:
    """How everybody did who began, by the id of their account; None until the test has closed, for whoever asks."""
    if not test.is_closed(moment):
        return None
    attempts = {each.attempt.pk: each for each in test.people if each.attempt is not None}
    readings = readings_by_attempt(Attempt.objects.filter(pk__in=attempts), test.due_at.date())
    return laboratory_score({str(each.person.pk): readings.get(pk, []) for pk, each in attempts.items()})


def given_at_the_laboratory_of(teacher: User) -> QuerySet[Assignment]:
    """What was given as a test at the laboratory of a teacher, unless it was withdrawn."""
    if not may_teach(teacher):
        return Assignment.objects.none()
    return Assignment.objects.filter(
        kind=AssignmentKind.PROFICIENCY,
        person__organisation=teacher.laboratory,
        withdrawn_at__isnull=True,
    ).select_related("teaching_set", "given_by", "person")


def _tests(assignments: QuerySet[Assignment]) -> list[ProficiencyTest]:
    rows = list(assignments.order_by("-due_at", "given_at", "person__full_name", "pk"))
    attempts = {each.assignment_id: each for each in Attempt.objects.filter(assignment__in=[row.pk for row in rows])}
    tests: dict[tuple[UUID, datetime], ProficiencyTest] = {}
    for row in rows:
        if row.due_at is None or row.person is None:  # pragma: no cover - the constraints say there is both
            continue
        key = row.teaching_set_id, row.due_at
        if key not in tests:
            tests[key] = ProficiencyTest(row.pk, row.teaching_set, row.given_at, row.given_by, row.due_at)
        tests[key].people.append(Participant(row.person, attempts.get(row.pk)))
    return list(tests.values())
