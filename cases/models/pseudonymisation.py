"""A patient whose identifiers were replaced for good."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Pseudonymisation(models.Model):
    """From now on a patient has a pseudonym and the year of birth. Rows are inserted and read, nothing else.

    `pseudonym` stands in the place of the record number; it is drawn, so that it says nothing of who they were.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.OneToOneField("cases.Patient", on_delete=models.PROTECT, related_name="pseudonymisation")
    pseudonym = models.CharField(max_length=20, unique=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["-at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="pseudonymisation_says_why")]

    def __str__(self) -> str:
        return f"{self.pseudonym} since {self.at:%Y-%m-%d}"  # not translated
