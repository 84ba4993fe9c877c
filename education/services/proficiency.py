"""Give a proficiency test to people of the laboratory; move its end, or take it back, while it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.models import Role, User
from audit.models import Action
from audit.services import record
from education.models import Assignment, AssignmentKind, Attempt, SetState, TeachingSet
from education.permissions import may_teach
from education.selectors.proficiency import given_at_the_laboratory_of
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from notices.services.notifications import close_notifications, notify

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

GIVEN = gettext_noop("A proficiency test was given to you. It is on the page Learn.")
_KIND = "test-given"


def give_test(
    *, actor: User, teaching_set: TeachingSet, people: Collection[User], due_at: datetime
) -> list[Assignment]:
    """Give a set to `people` as a proficiency test that closes at `due_at`, for all of them at once; each is told.

    Raises `PermissionRefused` unless `actor` teaches, `NotFound` for a set or a person of another laboratory,
    `Unprocessable` without people or for a time that has passed, and `Conflict` for a set that is not open, adaptive (it
    asks wrong ones again, which tells them) or without a list (everybody is to name the same cells), or that one of them has answered before or has been given as a test already:
    who knows the cells shows nothing by it.
    """
    if not may_teach(actor):
        raise PermissionRefused
    now = timezone.now()
    if not people:
        raise Unprocessable(_("Choose who takes the test."), code="nobody")
    if due_at <= now:
        raise Unprocessable(_("The test has to close in the future."), code="past")
    with transaction.atomic():
        # Locked, so that the same test is not given twice at the same moment.
        found = (
            TeachingSet.objects.of_laboratory(actor).select_for_update(of=("self",)).filter(pk=teaching_set.pk).first()
        )
        if found is None or testable(actor).filter(pk__in=[person.pk for person in people]).count() != len(people):
            raise NotFound
        if found.state != SetState.OPEN or (found.closes_at is not None and found.closes_at < due_at):
            raise Conflict(_("This set is not open until then."), code="closed")
        if found.adaptive:
            sentence = _("An adaptive set asks wrong ones again and so tells them. Choose another set for a test.")
            raise Conflict(sentence, code="adaptive")
        if not found.listed.exists():
            sentence = _("This set draws other cells for everybody. For a test choose one with a list of cells.")
            raise Conflict(sentence, code="drawn")
        _refuse_known(found, people)
        given = [
            Assignment(
                teaching_set=found,
                kind=AssignmentKind.PROFICIENCY,
                person=person,
                given_by=actor,
                given_at=now,
                due_at=due_at,
            )
            for person in people
        ]
        Assignment.objects.bulk_create(given)
        for each, person in zip(given, people, strict=True):
            notify(
                recipients=[person],
                kind=_KIND,
                subject_id=each.pk,
                text=GIVEN,
                path=reverse("education:set", args=[found.pk]),
            )
        for each in given:
            record(
                actor=actor,
                action=Action.CREATE,
                target=each,
                laboratory_id=getattr(actor.laboratory, "pk", None),
                after={"set": str(found.pk), "person": str(each.person_id), "due": due_at.isoformat()},
            )
    return given


def move_test(*, actor: User, pk: UUID, due_at: datetime) -> None:
    """Let an open test close at another time, for all who take it. `pk` is that of any assignment of it.

    Raises `NotFound` for a test of another laboratory, `Unprocessable` for a time that has passed, and `Conflict` for a test
    that has closed, beyond the end of its set, and where another test of the same set closes then.
    """
    if due_at <= timezone.now():
        raise Unprocessable(_("The test has to close in the future."), code="past")
    with transaction.atomic():
        given = _open_test(actor, pk)
        one = given[0]
        if one.due_at == due_at:
            return
        if one.teaching_set.closes_at is not None and one.teaching_set.closes_at < due_at:
            raise Conflict(_("This set is not open until then."), code="closed")
        if given_at_the_laboratory_of(actor).filter(teaching_set=one.teaching_set, due_at=due_at).exists():
            raise Conflict(_("Another test of this set closes at that time."), code="taken")
        for each in given:
            before = {"due": each.due_at.isoformat() if each.due_at else None}
            each.due_at = due_at
            each.save(update_fields=["due_at"])
            record(
                actor=actor,
                action=Action.UPDATE,
                target=each,
                laboratory_id=getattr(actor.laboratory, "pk", None),
                before=before,
                after={"due": due_at.isoformat()},
            )


def withdraw_test(*, actor: User, pk: UUID) -> int:
    """Take an open test back from everybody who has not begun it; return from how many. `pk` is that of any assignment of it.

    Who has begun goes on: what they answered is not thrown away. Raises `NotFound` for a test of another laboratory and
    `Conflict` for one that has closed, or that everybody has begun.
    """
    with transaction.atomic():
        given = _open_test(actor, pk)
        begun = set(Attempt.objects.filter(assignment__in=given).values_list("assignment", flat=True))
        waiting = [each for each in given if each.pk not in begun]
        if not waiting:
            raise Conflict(_("Everybody has begun this test: nothing is left to take back."), code="begun")
        for each in waiting:
            each.withdrawn_at = timezone.now()
            each.save(update_fields=["withdrawn_at"])
            close_notifications(subject_id=each.pk)
            record(
                actor=actor,
                action=Action.CANCEL,
                target=each,
                laboratory_id=getattr(actor.laboratory, "pk", None),
            )
    return len(waiting)


def _open_test(actor: User, pk: UUID) -> list[Assignment]:
    """The assignments of a test that has not closed, locked."""
    tests = given_at_the_laboratory_of(actor)
    one = tests.filter(pk=pk).first()
    if one is None:
        raise NotFound
    if one.due_at is None or one.due_at <= timezone.now():
        raise Conflict(_("This test has closed."), code="closed")
    together = tests.filter(teaching_set=one.teaching_set, due_at=one.due_at)
    return list(together.select_for_update(of=("self",)).order_by("pk"))


def testable(teacher: User) -> QuerySet[User]:
    """Who takes a test that `teacher` gives: everybody with an account at their laboratory, by name."""
    people = User.objects.filter(organisation=teacher.laboratory, is_active=True)
    return people.exclude(role=Role.SERVICE).order_by("full_name", "email")


def _refuse_known(teaching_set: TeachingSet, people: Collection[User]) -> None:
    begun = Attempt.objects.filter(teaching_set=teaching_set, student__in=people).values("student").distinct().count()
    if begun:
        sentence = ngettext(
            "%(number)s of these people has answered this set before. Choose a set that nobody knows.",
            "%(number)s of these people have answered this set before. Choose a set that nobody knows.",
            begun,
        )
        raise Conflict(sentence % {"number": begun}, code="known")
    waiting = Assignment.objects.filter(
        teaching_set=teaching_set, kind=AssignmentKind.PROFICIENCY, person__in=people, withdrawn_at__isnull=True
    )
    if waiting.exists():
        raise Conflict(_("One of these people has been given this test already."), code="given")
