"""Where the images of a withdrawn report went."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models import Case


class CaseMove(models.Model):
    """A case that was reported for the wrong patient, and the case of the right patient that took its images over.

    Which patient a case is of and which case an image is in never change; the images are received again there.
    """

    from_case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="moved_to")
    to_case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="moved_from")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(from_case=F("to_case")), name="a_case_moves_to_another_case"),
        ]

    def __str__(self) -> str:
        return f"{self.from_case_id} -> {self.to_case_id}"
