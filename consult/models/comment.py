"""What the laboratory's people say to each other about a case or one of its cells."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from cases.models import Case, Cell
from consult.permissions import reads_consultations

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

COMMENT_LENGTH = 2000


class CommentQuerySet(models.QuerySet["Comment"]):
    """Queries over comments."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the comments on cases `user` may open; who is not of the laboratory is not part of its talk."""
        if not reads_consultations(user):
            return self.none()
        cases = Case.objects.open_to(user, break_glass=False)
        if cases.query.is_empty():
            return self.none()
        return self.filter(Exists(cases.filter(pk=OuterRef("case"))))


class Comment(models.Model):
    """One contribution, written once: neither it nor whom it mentions is ever changed; a pseudonymisation empties it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="comments")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, null=True, blank=True, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(max_length=COMMENT_LENGTH, validators=[MaxLengthValidator(COMMENT_LENGTH)])
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["case", "at"], name="comments_of_a_case")]

    def __str__(self) -> str:
        return f"Comment {self.pk}"
