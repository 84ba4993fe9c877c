"""Classes of students: made, named, closed, and who is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from audit.models import Action
from audit.services import record
from education.models import ExpectedMember, GroupMember, JoinCode, StudentGroup
from education.permissions import may_teach
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet


def make_group(*, actor: User, name: str) -> StudentGroup:
    """Make a class at the laboratory of `actor`.

    Raises `PermissionRefused` unless they teach, `Unprocessable` without a name, `Conflict` where an open class has it.
    """
    if not may_teach(actor) or actor.laboratory is None:
        raise PermissionRefused
    group = StudentGroup(laboratory=actor.laboratory, name=" ".join(name.split()), created_by=actor)
    with transaction.atomic():
        _save(group)
        record(actor=actor, action=Action.CREATE, target=group, laboratory_id=group.laboratory_id)
    return group


def rename_group(*, actor: User, pk: UUID, name: str) -> StudentGroup:
    """Give a class another name. Raises as `make_group`, `NotFound` for a class of another laboratory, `Conflict` for a closed one."""
    with transaction.atomic():
        group = open_group(actor, pk)
        group.name = " ".join(name.split())
        _save(group)
        record(actor=actor, action=Action.UPDATE, target=group, laboratory_id=group.laboratory_id)
    return group


def close_group(*, actor: User, pk: UUID) -> StudentGroup:
    """End a class: nothing given to it reaches its people any more, its code is withdrawn and nobody is awaited.

    Raises `NotFound` for a class of another laboratory, `Conflict` for a closed one.
    """
    with transaction.atomic():
        group = open_group(actor, pk)
        now = timezone.now()
        group.closed_at = now
        group.save(update_fields=["closed_at"])
        JoinCode.objects.filter(group=group, withdrawn_at__isnull=True).update(withdrawn_at=now)
        ExpectedMember.objects.filter(group=group).delete()
        record(
            actor=actor,
            action=Action.TRANSITION,
            target=group,
            laboratory_id=group.laboratory_id,
            after={"state": "closed"},
        )
    return group


def remove_member(*, actor: User, pk: UUID, person: UUID) -> None:
    """Take somebody out of a class; their answers stay theirs. Raises `NotFound` where they are not in it."""
    with transaction.atomic():
        group = open_group(actor, pk)
        left = group.members.filter(person=person, left_at__isnull=True).update(left_at=timezone.now())
        if not left:
            raise NotFound
        record(
            actor=actor,
            action=Action.UPDATE,
            target=group,
            laboratory_id=group.laboratory_id,
            after={"removed": str(person)},
        )


def leave_group(*, actor: User, pk: UUID) -> StudentGroup:
    """Leave a class by oneself: its teachers see no more of one's answers by it. Raises `NotFound` where one is not in it, or it is closed."""
    with transaction.atomic():
        inside = StudentGroup.objects.with_member(actor).filter(pk=pk)
        group = inside.select_for_update(of=("self",)).first()
        if group is None:
            raise NotFound
        group.members.filter(person=actor, left_at__isnull=True).update(left_at=timezone.now())
        record(
            actor=actor,
            action=Action.UPDATE,
            target=group,
            laboratory_id=group.laboratory_id,
            reason="Left the class.",  # not translated
        )
    return group


def enter(group: StudentGroup, people: Iterable[User]) -> int:
    """Put people into a locked class who are not in it; returns how many came in. Call it inside a transaction, and audit it."""
    inside = set(group.members.filter(left_at__isnull=True).values_list("person_id", flat=True))
    coming = {person.pk: person for person in people if person.pk not in inside}
    GroupMember.objects.bulk_create(GroupMember(group=group, person=person) for person in coming.values())
    return len(coming)


def open_group(actor: User, pk: UUID) -> StudentGroup:
    """Lock a class that is not closed. Raises `NotFound` for one of another laboratory, `Conflict` for a closed one."""
    group = StudentGroup.objects.taught_by(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if group is None:
        raise NotFound
    if group.closed_at is not None:
        raise Conflict(_("This class is closed."), code="closed")
    return group


def people_of(teacher: User) -> QuerySet[User]:
    """Who may be in a class of `teacher`: everybody with an account at their laboratory or one of its clinics, by name.

    Who teaches at a clinic sees the people of that clinic alone.
    """
    laboratory = teacher.laboratory
    if laboratory is None:
        return User.objects.none()
    near = Q(organisation=teacher.organisation_id)
    if teacher.organisation_id == laboratory.pk:
        near |= Q(organisation__refers_to=laboratory)
    return User.objects.filter(near, is_active=True).exclude(role=Role.SERVICE).order_by("full_name", "email")


def _save(group: StudentGroup) -> None:
    if not group.name:
        raise Unprocessable(_("Give the class a name."), code="no_name")
    taken = StudentGroup.objects.filter(laboratory=group.laboratory, name=group.name, closed_at__isnull=True)
    if taken.exclude(pk=group.pk).exists():
        raise Conflict(_("There is a class of this name already."), code="taken")
    try:
        group.full_clean(validate_constraints=False)
    except ValidationError as error:
        raise Unprocessable(" ".join(error.messages)) from error
    group.save()
