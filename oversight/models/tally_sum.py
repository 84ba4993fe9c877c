"""The cells of all tallies together, so that a page about 100,000 cases adds up as few rows as one about a thousand."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Span(models.TextChoices):
    """What one row of `TallySum` puts together."""

    EVER = "ever", "All time"  # not translated
    WEEK = "week", "A week"  # not translated
    EVERYWHERE = "everywhere", "A week, of all clinics, stains and cameras"  # not translated


class TallySum(models.Model):
    """So many cells of the tallies of all cases of one kind: the columns of `CaseTally` and `CellTally`, without the case.

    Every tally is in a sum of each `Span`. `week` is the Monday of the week of review (UTC), None where the span is all time.
    Everywhere, only cells in the count are added, and of the model's answer only whether it was right: `best` is `final` or
    empty, `identified` False. The id is the digest of the columns that say which cells these are, by which a row is found and added to. None of
    their predictions was made after `newest`.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    span = models.CharField(max_length=10, choices=Span.choices)
    week = models.DateField(null=True)
    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    clinic = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    stain = models.CharField(max_length=24, blank=True)
    camera = models.CharField(max_length=120, blank=True)
    is_signed = models.BooleanField()
    model_version = models.ForeignKey(
        "classifier.ModelVersion", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    final = models.CharField(max_length=24, blank=True)
    best = models.CharField(max_length=30)
    identified = models.BooleanField()
    excluded = models.BooleanField()
    # No condition that it is positive: a database judges the row that is added before it adds it.
    number = models.IntegerField()
    newest = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(span=Span.EVER, week__isnull=True) | (~Q(span=Span.EVER) & Q(week__isnull=False)),
                name="a_sum_is_of_a_week_or_of_all_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["laboratory", "span", "week", "clinic"], name="sums_of_a_laboratory"),
        ]

    def __str__(self) -> str:
        return f"{self.number} cells, {self.span}"  # not translated
