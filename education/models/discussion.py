"""What is said about a cell that is taught: captions of teachers, and the talk of everybody who learns."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self, TypeVar

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from education.models.cell import TeachingCell
from education.permissions import may_learn

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

COMMENT_LENGTH = 1000
MOST_ARROWS = 4
_Said = TypeVar("_Said", "TeachingCaption", "TeachingComment")


class SaidQuerySet(models.QuerySet[_Said]):
    """Reads of what people said about cells."""

    def of_laboratory(self, user: User | AnonymousUser) -> Self:
        """What people of the laboratory of `user` and of its clinics said, also about cells that every laboratory shares."""
        if not may_learn(user) or user.laboratory is None:
            return self.none()
        return self.filter(Q(by__organisation=user.laboratory) | Q(by__organisation__refers_to=user.laboratory))


class TeachingCaption(models.Model):
    """A caption with arrows; the newest of a cell is shown. `arrows` are [x1, y1, x2, y2], as shares of the picture's side."""

    cell = models.ForeignKey(TeachingCell, on_delete=models.PROTECT, related_name="captions")
    text = models.CharField(max_length=500, blank=True)
    arrows = models.JSONField(default=list, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = SaidQuerySet["TeachingCaption"].as_manager()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"Caption of {self.cell_id}"  # not translated


class TeachingComment(models.Model):
    """One contribution to the talk about a cell; a teacher may hide it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cell = models.ForeignKey(TeachingCell, on_delete=models.PROTECT, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(max_length=COMMENT_LENGTH, validators=[MaxLengthValidator(COMMENT_LENGTH)])
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    hidden_at = models.DateTimeField(null=True, blank=True)

    objects = SaidQuerySet["TeachingComment"].as_manager()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"Comment {self.pk}"  # not translated
