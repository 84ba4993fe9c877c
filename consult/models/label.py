"""What the colleague is asked about, and what they make of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.cell_classes import BY_CODE, LABEL_CHOICES
from cases.models import Cell
from consult.models.opinion import SecondOpinion


class OpinionCell(models.Model):
    """One cell of the question, in the order it is shown. Written when the question is asked, then append-only."""

    opinion = models.ForeignKey(SecondOpinion, on_delete=models.PROTECT, related_name="asked_cells")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(help_text="1 for the first; by field and place, never by what was found.")

    class Meta:
        ordering = ["opinion", "position"]
        constraints = [
            models.UniqueConstraint(fields=["opinion", "cell"], name="a_cell_is_asked_about_once"),
            models.UniqueConstraint(fields=["opinion", "position"], name="asked_cells_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.cell_id}"


class OpinionLabel(models.Model):
    """The colleague's label of a cell. Append-only: the newest of a cell counts, the earlier ones stay.

    Neither a class nor excluded: the colleague took the label back.
    """

    opinion = models.ForeignKey(SecondOpinion, on_delete=models.PROTECT, related_name="labels")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=24, blank=True, choices=LABEL_CHOICES)
    excluded = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["opinion", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(label="") | Q(excluded=False, label__in=list(BY_CODE)),
                name="an_opinion_names_a_known_class_or_excludes",
            ),
        ]
        indexes = [models.Index(fields=["opinion", "cell", "id"], name="labels_of_an_opinion")]

    def __str__(self) -> str:
        return self.code or "taken back"

    @property
    def code(self) -> str:
        """The label as one code: a class, "unidentified", "excluded", or nothing where it was taken back."""
        return "excluded" if self.excluded else self.label
