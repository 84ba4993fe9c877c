"""Give a set to a class or to people, and take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from audit.models import Action
from audit.services import record
from education.models import Assignment, AssignmentKind, SetState, StudentGroup, TeachingSet
from education.permissions import may_teach
from education.services.student_groups import open_group, people_of
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from notices.services.notifications import close_notifications, notify

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

GIVEN = gettext_noop("A set was given to you. It is on the page Learn.")
_KIND = "set-given"


def give_set(
    *, actor: User, teaching_set: UUID, group: StudentGroup | None, people: Collection[User], due_at: datetime | None
) -> list[Assignment]:
    """Give an open set to a class, to people, or to both; each is told.

    Raises `PermissionRefused` unless `actor` teaches; `NotFound` for a set, class or person of another laboratory;
    `Unprocessable` for nobody and for a time that has passed; `Conflict` for a set that is not open, a class that is closed,
    and where all of them have it already.
    """
    if not may_teach(actor):
        raise PermissionRefused
    if group is None and not people:
        raise Unprocessable(_("Choose a class or people."), code="nobody")
    if due_at is not None and due_at <= timezone.now():
        raise Unprocessable(
            _("The set has to be due in the future."),
            code="past",
            details={"errors": {"due_at": [_("This has passed.")]}},
        )
    with transaction.atomic():
        # Locked, so that the same set is not given twice at the same moment.
        found = TeachingSet.objects.of_laboratory(actor).select_for_update(of=("self",)).filter(pk=teaching_set).first()
        if found is None or people_of(actor).filter(pk__in=[each.pk for each in people]).count() != len(people):
            raise NotFound
        if found.state != SetState.OPEN:
            raise Conflict(_("This set is not open: open it first."), code="not_open")
        targets: list[dict[str, StudentGroup | User]] = [{"person": person} for person in people]
        if group is not None:
            targets.insert(0, {"group": open_group(actor, group.pk)})
        given = [made for target in targets if (made := _give(actor, found, due_at, target)) is not None]
        if not given:
            raise Conflict(_("They have been given this set already."), code="given")
        for each in given:
            record(
                actor=actor,
                action=Action.CREATE,
                target=each,
                laboratory_id=getattr(actor.laboratory, "pk", None),
                after={"set": str(found.pk)},
            )
    return given


def withdraw_assignment(*, actor: User, pk: UUID) -> Assignment:
    """Take a set back that was given for practice; what was answered stays. Raises `NotFound`."""
    with transaction.atomic():
        found = Assignment.objects.given_at(actor).select_for_update(of=("self",)).filter(pk=pk).first()
        if found is None:
            raise NotFound
        found.withdrawn_at = timezone.now()
        found.save(update_fields=["withdrawn_at"])
        close_notifications(subject_id=found.pk)
        record(actor=actor, action=Action.CANCEL, target=found, laboratory_id=getattr(actor.laboratory, "pk", None))
    return found


def recipients_of(assignment: Assignment) -> QuerySet[User]:
    """Whom it is given to now: its person, or who is in its class."""
    if assignment.group_id is None:
        return User.objects.filter(pk=assignment.person_id)
    return User.objects.filter(student_groups__group=assignment.group_id, student_groups__left_at__isnull=True)


def _give(
    actor: User, teaching_set: TeachingSet, due_at: datetime | None, target: dict[str, StudentGroup | User]
) -> Assignment | None:
    have = Assignment.objects.filter(
        teaching_set=teaching_set, kind=AssignmentKind.PRACTICE, withdrawn_at__isnull=True, **target
    )
    if have.exists():
        return None
    made = Assignment.objects.create(teaching_set=teaching_set, given_by=actor, due_at=due_at, **target)
    notify(
        recipients=recipients_of(made),
        kind=_KIND,
        subject_id=made.pk,
        text=GIVEN,
        path=reverse("education:set", args=[teaching_set.pk]),
    )
    return made
