"""Where the model saw a class in one cell of a tried picture."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.storage import clinical_storage
from classifier.models import ExplanationState
from sandbox.models.tried_picture import TriedPicture, picture_name


class HeatMap(models.Model):
    """The class activation map of one cell, laid over the crop that the network saw; it goes with its picture."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tried = models.ForeignKey(TriedPicture, on_delete=models.CASCADE, related_name="heat_maps")
    number = models.PositiveIntegerField(help_text="Of the cell in its picture, from 1.")  # not translated
    state = models.CharField(max_length=10, choices=ExplanationState, default=ExplanationState.WAITING)
    picture = models.FileField(storage=clinical_storage, upload_to=picture_name, max_length=120, blank=True)
    problem = models.TextField(blank=True)
    requested_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tried", "number"], name="a_tried_cell_has_one_heat_map"),
            models.CheckConstraint(
                condition=~Q(state=ExplanationState.DONE) | ~Q(picture=""), name="a_done_heat_map_has_a_picture"
            ),
            models.CheckConstraint(
                condition=~Q(state=ExplanationState.FAILED) | ~Q(problem=""), name="a_failed_heat_map_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"Heat map of cell {self.number}, {self.state}"  # not translated
