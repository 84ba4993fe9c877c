"""What is said about a cell that is taught: captions of teachers, and the talk of everybody who learns."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from education.models.cell import TeachingCell

COMMENT_LENGTH = 1000


class TeachingCaption(models.Model):
    """A caption with arrows; the newest of a cell is shown. `arrows` are [x1, y1, x2, y2], as shares of the picture's side."""

    cell = models.ForeignKey(TeachingCell, on_delete=models.PROTECT, related_name="captions")
    text = models.CharField(max_length=500, blank=True)
    arrows = models.JSONField(default=list, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

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

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"Comment {self.pk}"  # not translated
