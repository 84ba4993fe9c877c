"""That a signed version gives no result, because the specimen was insufficient for a differential."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models.report import Report


class Insufficiency(models.TextChoices):
    """Why a specimen was insufficient for a differential."""

    FEW_CELLS = "few_cells", _("Too few white cells")
    CHANGED_CELLS = "changed_cells", _("The cells are damaged or degenerated")
    POOR_SMEAR = "poor_smear", _("The smear is too thick or too thin")
    POOR_STAIN = "poor_stain", _("The stain does not tell cell classes apart")
    POOR_IMAGES = "poor_images", _("The images cannot be judged")
    OTHER = "other", _("Another reason, in words")


class InsufficientSpecimen(models.Model):
    """The coded reason of such a version, outside its seal so that it can be asked of many. Rows are inserted and read, nothing else."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, primary_key=True, related_name="insufficient")
    reason = models.CharField(max_length=16, choices=Insufficiency.choices)

    class Meta:
        ordering = ["report"]
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=Insufficiency.values), name="insufficiency_reason_is_known")
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.reason}"
