"""Somebody asked for a new password."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class PasswordResetRequest(models.Model):
    """One request for a link, until a worker has answered it.

    Every address gets a row, known or not: the page then does the same work for both. The row is removed once it is
    answered, so that the table keeps no list of what people typed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254)
    asked_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"request of {self.asked_at:%Y-%m-%d %H:%M}"
