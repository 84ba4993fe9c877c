"""What a person calls a cell so that a model can be calibrated by it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models import Cell
from consult.cell_labels import CLASS_OF_CODE, LABEL_CLASSES


class CalibrationLabel(models.Model):
    """One person's label of a cell, for calibration alone: the review of its case and its report know nothing of it.

    A class, "unidentified" (cannot say) or "excluded" (not a cell to be counted); the latter two calibrate nothing and keep
    the cell from being proposed again. The last one given counts; the audit trail has the earlier ones.
    """

    cell = models.OneToOneField(Cell, on_delete=models.PROTECT, related_name="calibration_label")
    label = models.CharField(max_length=24, choices=[(each.code, each.label) for each in LABEL_CLASSES])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(label__in=list(CLASS_OF_CODE)), name="a_calibration_label_is_known")
        ]

    def __str__(self) -> str:
        return self.label
