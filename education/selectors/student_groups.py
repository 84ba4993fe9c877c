"""Classes of students as their teachers see them: figures person by person, and of the class as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, Max, OuterRef, Q

from accounts.models import User
from education.competence import by_class, confusions, overall, right_of, spread
from education.models import Attempt, AttemptState, GroupMember
from education.permissions import may_teach
from education.selectors.readings import GROUP_FROM, readings_by_student

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from consult.kappa import Agreement
    from education.competence import Confusion, Reading, Share, Spread
    from education.models import Assignment, StudentGroup


@dataclass(frozen=True, slots=True)
class MemberFigures:
    """What one member has done. `by_class` is the share recognised of each class they were asked."""

    person: User
    attempts: int
    last_active: datetime | None
    right: Share
    kappa: Agreement
    by_class: dict[str, Share]


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Members by name, and the class as a whole: the spreads are None where fewer than five have answered enough."""

    members: list[MemberFigures]
    codes: list[str]
    right: Spread | None
    kappa: Spread | None
    mixed_up: list[Confusion]


def figures_of(group: StudentGroup, moment: datetime) -> ClassFigures:
    """Count what the members of a class answered in attempts that they began in it, as far as it is told at `moment`.

    What somebody answered before they came into the class is their own. For teachers too: what is sealed is sealed for everybody.
    """
    people = list(members_of(group))
    inside = group.members.filter(
        left_at__isnull=True, person=OuterRef("student"), joined_at__lte=OuterRef("started_at")
    )
    attempts = Attempt.objects.filter(Exists(inside), student__in=[person.pk for person in people])
    readings = readings_by_student(attempts.told_at(moment), moment.date())
    done = _activity(attempts)
    members = [_figures(person, readings.get(person.pk, []), done) for person in people]
    enough = [each for each in members if each.right.n >= GROUP_FROM]
    asked = [reading for each in readings.values() for reading in each]
    return ClassFigures(
        members,
        [each.code for each in by_class(asked) if each.sensitivity.n],
        spread([each.right.value for each in enough if each.right.value is not None]),
        spread([each.kappa.kappa for each in enough if each.kappa.kappa is not None]),
        confusions(asked, most=5),
    )


def members_of(group: StudentGroup) -> QuerySet[User]:
    """Who is in a class now, by name."""
    return User.objects.filter(student_groups__group=group, student_groups__left_at__isnull=True).order_by(
        "full_name", "email"
    )


def student_of(teacher: User, pk: UUID) -> tuple[User, datetime] | None:
    """Somebody who is in an open class of the laboratory of a teacher, and since when; None otherwise.

    Colleagues who learn by themselves are not shown, nor what somebody answered before they came into a class.
    """
    if not may_teach(teacher):
        return None
    inside = GroupMember.objects.filter(
        person=pk, group__laboratory=teacher.laboratory, group__closed_at__isnull=True, left_at__isnull=True
    )
    first = inside.select_related("person").order_by("joined_at").first()
    return (first.person, first.joined_at) if first is not None else None


@dataclass(frozen=True, slots=True)
class Given:
    """An assignment with how many of those it is given to have finished its set."""

    assignment: Assignment
    people: int
    finished: int


def given_with_finished(assignments: QuerySet[Assignment]) -> list[Given]:
    """Count who has finished, with the same number of statements for many assignments as for few."""
    rows = list(assignments.select_related("teaching_set", "group", "person"))
    inside: dict[UUID, set[UUID]] = {}
    members = GroupMember.objects.filter(group__in={row.group_id for row in rows if row.group_id}, left_at__isnull=True)
    for group, person in members.values_list("group_id", "person_id"):
        inside.setdefault(group, set()).add(person)
    finished = set(
        Attempt.objects.filter(
            teaching_set__in={row.teaching_set_id for row in rows}, state=AttemptState.FINISHED
        ).values_list("teaching_set_id", "student_id")
    )
    found = []
    for row in rows:
        people = inside.get(row.group_id, set()) if row.group_id else {row.person_id}
        found.append(Given(row, len(people), sum((row.teaching_set_id, person) in finished for person in people)))
    return found


def _activity(attempts: QuerySet[Attempt]) -> dict[UUID, tuple[int, datetime | None]]:
    rows = (
        attempts.order_by()
        .values_list("student")
        .annotate(
            ended=Count("pk", filter=~Q(state=AttemptState.RUNNING), distinct=True),
            began=Max("started_at"),
            answered=Max("items__answers__at"),
        )
    )
    return {student: (ended, answered or began) for student, ended, began, answered in rows}


def _figures(person: User, readings: Iterable[Reading], done: dict[UUID, tuple[int, datetime | None]]) -> MemberFigures:
    theirs = list(readings)
    attempts, last_active = done.get(person.pk, (0, None))
    return MemberFigures(
        person,
        attempts,
        last_active,
        right_of(theirs),
        overall(theirs),
        {each.code: each.sensitivity for each in by_class(theirs) if each.sensitivity.n},
    )
