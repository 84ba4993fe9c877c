"""The cells whose answer a person owes: nothing tells them its class until the answer may be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from education.models import (
    Assignment,
    AssignmentKind,
    Attempt,
    AttemptItem,
    AttemptState,
    Feedback,
    TeachingCell,
    TeachingSetCell,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import User
    from education.models import TeachingSet
    from education.models.cell import TeachingMaterialQuerySet


def without_owed(cells: TeachingMaterialQuerySet, user: User) -> TeachingMaterialQuerySet:
    """Leave out what `user` was asked and may not know the answer of yet, and what an open test of theirs lists."""
    asked = _untold(user) | Q(attempt__state=AttemptState.RUNNING, answers=None)
    owed = AttemptItem.objects.filter(asked, cell=OuterRef("pk"), attempt__student=user)
    listed = TeachingSetCell.objects.filter(
        cell=OuterRef("pk"), teaching_set__in=_open_tests(user).values("teaching_set")
    )
    return cells.exclude(Exists(owed)).exclude(Exists(listed))


def without_sealed_elsewhere(
    cells: TeachingMaterialQuerySet, user: User, teaching_set: TeachingSet
) -> TeachingMaterialQuerySet:
    """Leave out what a sealed test asks of `user`, unless `teaching_set` is such a test itself: it asks everybody the same."""
    return cells if takes_test(user, teaching_set) else without_sealed(cells, user, but=teaching_set)


def without_sealed(
    cells: TeachingMaterialQuerySet, user: User, *, but: TeachingSet | None = None
) -> TeachingMaterialQuerySet:
    """Leave out what a sealed test asks of `user`, and what attempts at sets other than `but` asked that stay sealed."""
    sealed = Q(attempt__assignment__kind=AssignmentKind.PROFICIENCY) | Q(attempt__teaching_set__feedback=Feedback.NONE)
    asked = AttemptItem.objects.filter(_untold(user), sealed, cell=OuterRef("pk"), attempt__student=user)
    if but is not None:
        asked = asked.exclude(attempt__teaching_set=but)
    listed = TeachingSetCell.objects.filter(
        cell=OuterRef("pk"), teaching_set__in=_open_tests(user).values("teaching_set")
    )
    return cells.exclude(Exists(asked)).exclude(Exists(listed))


def sealed_in(attempt: Attempt, cells: Iterable[TeachingCell]) -> set[UUID]:
    """Which of `cells` a sealed test asks the student of `attempt`, who may have begun it before.

    Until the test closes, the attempt asks none of them and tells of none.
    """
    assignment = attempt.assignment
    if assignment is not None and assignment.kind == AssignmentKind.PROFICIENCY:
        return set()
    keys = {cell.pk for cell in cells}
    free = without_sealed(TeachingCell.objects.filter(pk__in=keys), attempt.student, but=attempt.teaching_set)
    return keys - set(free.order_by().values_list("pk", flat=True))


def takes_test(user: User, teaching_set: TeachingSet) -> bool:
    """Whether `user` was given the set as a proficiency test that has not closed, answered or not."""
    return _open_tests(user).filter(teaching_set=teaching_set).exists()


def _open_tests(user: User) -> QuerySet[Assignment]:
    tests = Assignment.objects.given_to(user).filter(kind=AssignmentKind.PROFICIENCY)
    return tests.filter(due_at__gt=timezone.now())


def _untold(user: User) -> Q:
    return ~Q(attempt__in=Attempt.objects.of(user).told_at(timezone.now()))
