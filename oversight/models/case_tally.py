"""How many reviewed cells of a case ended as what, counted once and not each time somebody asks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class CaseTally(models.Model):
    """That the cells of a case were counted, what the case was then, and whether both still are so.

    There is one for every case, from its first moment. It is derived from case, cells and predictions and made anew from
    them; see `oversight.services.tallies`. What the case was then tells under what its cells were added to the sums.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, primary_key=True, related_name="tally")
    is_current = models.BooleanField(default=False)
    laboratory = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    clinic = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    stain = models.CharField(max_length=24, blank=True)
    camera = models.CharField(max_length=120, blank=True)
    is_signed = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "case tallies"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(laboratory__isnull=False, clinic__isnull=False),
                name="a_counted_case_was_somewhere",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["case"], condition=Q(is_current=False), name="cases_to_be_counted"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {'current' if self.is_current else 'out of date'}"


class CellTally(models.Model):
    """So many cells of `case` that `decided_by` reviewed on `decided_on` (UTC) as `final`, and what the model said of them.

    `best` is the model's most probable class, `identified` whether it named it, `newest` when the last of these predictions was made.
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
    newest = models.DateTimeField()

    class Meta:
        verbose_name_plural = "cell tallies"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(number__gt=0), name="a_tally_counts_at_least_one_cell"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["decided_on"], name="cells_reviewed_on_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.number} cells of {self.case_id}"  # not translated
