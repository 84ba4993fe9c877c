"""What one model said about one cell: evidence, written once and never changed."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from cases.cell_classes import UNIDENTIFIED
from cases.models import Cell
from classifier.models.analysis import Analysis
from classifier.models.model_version import ModelVersion


class Prediction(models.Model):
    """One cell classified by one model.

    ``label`` is the most probable class even when ``identified`` is false, so that an unidentified
    cell keeps its evidence; ``score`` is that class's calibrated probability, and ``novelty`` the distance
    from the training data (larger is less like it; no unit).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Indexes of several columns begin with these three.
    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="predictions", db_index=False)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="predictions", db_index=False)
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="predictions", db_index=False
    )
    label = models.CharField(max_length=30)
    score = models.FloatField()
    probabilities = models.JSONField(
        help_text="Calibrated probability of every class; they sum to 1."  # not translated
    )
    identified = models.BooleanField()
    novelty = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            # Lists are newest first whatever narrows them: each is read along its index until a page is full.
            models.Index(fields=["-created_at", "-id"], name="prediction_by_time"),
            models.Index(fields=["model_version", "-created_at", "-id"], name="prediction_by_model"),
            models.Index(fields=["label", "-created_at", "-id"], name="prediction_by_class"),
            models.Index(fields=["analysis", "label"], name="prediction_of_an_analysis"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cell", "model_version"], name="a_model_reads_a_cell_once"),
            models.CheckConstraint(
                condition=Q(score__gte=0.0, score__lte=1.0),
                name="a_score_is_a_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.score:.2f}"

    @property
    def suggestion(self) -> str:
        """The class the model suggests: its most probable one, or "unidentified" where it would not name one."""
        return self.label if self.identified else UNIDENTIFIED
