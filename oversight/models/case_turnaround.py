"""How long one case took, and where."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from cases.models import Priority


class CaseTurnaround(models.Model):
    """When the first report of a case was signed, how long that took from submission, and how long the case was at each stop.

    The times at the five stops add up to what it took; see `oversight.stops`. Derived from the case, its steps and its report, and
    made anew from them. Priority and due time are those of the signature: a later correction makes no report late.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, primary_key=True, related_name="turnaround")
    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    clinic = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    priority = models.CharField(max_length=10, choices=Priority.choices)
    signed_at = models.DateTimeField()
    is_late = models.BooleanField()
    took = models.DurationField()
    retake = models.DurationField()
    opinion = models.DurationField()
    analysis = models.DurationField()
    queue = models.DurationField()
    review = models.DurationField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["laboratory", "signed_at"], name="turnarounds_of_a_laboratory")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.took}"
