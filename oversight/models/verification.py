"""A verification of everything: that it was asked for, and what it found."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Trigger(models.TextChoices):
    """Why everything was verified."""

    PERSON = "person", _("By a person")
    WEEKLY = "weekly", _("Weekly")
    COMMAND = "command", _("By command")


class VerificationResult(models.Model):
    """What one verification of everything found. Rows are inserted and read, nothing else: a finding is evidence.

    `found` holds by the name of each check a list of `{"kind", "id", "sentence", "laboratory"}`; the laboratory is empty
    where the finding belongs to no single one. `problem` says why it did not come to its end.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trigger = models.CharField(max_length=8, choices=Trigger.choices)
    asked_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    finished_at = models.DateTimeField(default=timezone.now)
    found: Any = models.JSONField(default=dict)
    number = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-finished_at", "id"]
        indexes = [models.Index(fields=["-finished_at", "id"], name="verification_newest_first")]

    def __str__(self) -> str:
        return f"{self.finished_at:%Y-%m-%d %H:%M}: {self.number}"

    @property
    def intact(self) -> bool:
        """Whether it came to its end and found nothing."""
        return not self.number and not self.problem


class VerificationRun(models.Model):
    """A verification that a worker is to do, or does. At most one is open, so that no two read every file at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trigger = models.CharField(max_length=8, choices=Trigger.choices)
    asked_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    checks_done = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["is_open"], condition=Q(is_open=True), name="one_verification_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"
