"""What a model says of a cell that is taught: shown after the answer, never taken for the truth."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.storage import clinical_storage
from classifier.models import ModelVersion
from education.models.cell import TeachingCell


class PredictionState(models.TextChoices):
    """Waiting for a worker, done, or failed."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


def heat_maps_name(_instance: models.Model, _filename: str) -> str:
    """Name of a new file of heat maps: it tells nothing."""
    return f"teaching/{uuid.uuid4()}.webp"


class TeachingPrediction(models.Model):
    """One model about one teaching cell. A worker makes it when the cell is first asked after a model came into use.

    `label` is what the model names it, or "unidentified"; `probabilities` has every class of the model. `heat_maps` holds one
    picture a class, side by side, in the order of `probabilities`: where the model saw that class. It shows the cell, so it
    goes when the cell is recalled.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cell = models.ForeignKey(TeachingCell, on_delete=models.PROTECT, related_name="predictions")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=PredictionState.choices, default=PredictionState.WAITING)
    label = models.CharField(max_length=30, blank=True)
    score = models.FloatField(null=True, blank=True)
    probabilities = models.JSONField(default=dict, blank=True)
    heat_maps = models.FileField(storage=clinical_storage, upload_to=heat_maps_name, max_length=60, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cell", "model_version"], name="a_model_is_asked_once_about_a_teaching_cell"
            ),
            models.CheckConstraint(
                condition=~Q(state=PredictionState.DONE) | (~Q(label="") & Q(score__isnull=False)),
                name="a_done_teaching_prediction_has_a_label_and_a_score",
            ),
        ]

    def __str__(self) -> str:
        return f"Prediction of {self.cell_id}"  # not translated
