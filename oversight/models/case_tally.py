"""How many reviewed cells of a case ended as what, counted once and not each time somebody asks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class CaseTally(models.Model):
    """That the cells of a case were counted, and whether they still are what was counted.

    Derived from cells and predictions and made anew from them; see `oversight.services.tallies`. A case without one was
    never counted, which is the same as one that is not current.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, primary_key=True, related_name="tally")
    is_current = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "case tallies"

    def __str__(self) -> str:
        return f"{self.case_id}: {'current' if self.is_current else 'out of date'}"


class CellTally(models.Model):
    """So many cells of `case` that `decided_by` reviewed on `decided_on` (UTC) as `final`, and what the model said of them.

    `best` is the model's most probable class, `identified` whether it named it.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="cell_tallies")
    model_version = models.ForeignKey(
        "classifier.ModelVersion", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_on = models.DateField(null=True)
    final = models.CharField(max_length=24, blank=True)
    best = models.CharField(max_length=30)
    identified = models.BooleanField()
    excluded = models.BooleanField()
    number = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "cell tallies"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(number__gt=0), name="a_tally_counts_at_least_one_cell"),
        ]

    def __str__(self) -> str:
        return f"{self.number} cells of {self.case_id}"
