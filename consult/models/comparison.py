"""Two labels of one cell, side by side, as they were when the answer came."""

from __future__ import annotations

from django.db import models

from cases.cell_classes import LABEL_CHOICES
from cases.models import Cell
from consult.models.opinion import SecondOpinion


class Comparison(models.Model):
    """The first reviewer's label and the colleague's. Append-only, so that adjudicating a difference does not hide it.

    Agreement is computed from these rows: labels that were adjudicated afterwards would always agree.
    `first_read` is false where no person had reviewed the cell yet and the label was the model's.
    """

    opinion = models.ForeignKey(SecondOpinion, on_delete=models.PROTECT, related_name="comparisons")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="comparisons")
    position = models.PositiveIntegerField()
    first_label = models.CharField(max_length=24, blank=True, choices=LABEL_CHOICES)
    first_excluded = models.BooleanField()
    first_read = models.BooleanField()
    second_label = models.CharField(max_length=24, blank=True, choices=LABEL_CHOICES)
    second_excluded = models.BooleanField()

    class Meta:
        ordering = ["opinion", "position"]
        constraints = [models.UniqueConstraint(fields=["opinion", "cell"], name="a_cell_is_compared_once")]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"

    @property
    def first(self) -> str:
        """The first label as one code: a class, "unidentified" or "excluded"."""
        return "excluded" if self.first_excluded else self.first_label or "unidentified"

    @property
    def second(self) -> str:
        """The colleague's label as one code."""
        return "excluded" if self.second_excluded else self.second_label

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return self.first != self.second
