"""A class of students, who is in it, and the code by which one joins."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from education.permissions import may_teach

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class StudentGroupQuerySet(models.QuerySet["StudentGroup"]):
    """Reads of classes."""

    def taught_by(self, user: User | AnonymousUser) -> Self:
        """Those of the laboratory of a teacher."""
        if not may_teach(user) or user.laboratory is None:
            return self.none()
        return self.filter(laboratory=user.laboratory)

    def with_member(self, person: User) -> Self:
        """The open ones that `person` is in now."""
        inside = GroupMember.objects.filter(group=OuterRef("pk"), person=person, left_at__isnull=True)
        return self.filter(Exists(inside), closed_at__isnull=True)


class StudentGroup(models.Model):
    """A class of students. Python keeps the word `class`; people read "class"."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="student_groups")
    name = models.CharField(max_length=100)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = StudentGroupQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["laboratory", "name"],
                condition=Q(closed_at__isnull=True),
                name="one_open_class_of_students_per_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """Somebody is in a class of students until they leave it."""

    group = models.ForeignKey(StudentGroup, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="student_groups")
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["joined_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person"], condition=Q(left_at__isnull=True), name="somebody_is_in_a_class_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.group_id}"  # not translated


class JoinCode(models.Model):
    """A code that lets people with an account of the laboratory join a class by themselves, until it expires or is withdrawn."""

    group = models.ForeignKey(StudentGroup, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=12, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"Code of {self.group_id}"  # not translated
