"""Where in its crop a cell's class was seen: asked for by a reviewer, drawn by a worker, kept as a private image."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.cell_classes import LABEL_CHOICES
from cases.models import Cell
from cases.storage import clinical_storage
from classifier.models.model_version import ModelVersion


class ExplanationState(models.TextChoices):
    """Waiting for a worker, drawn, or failed with a sentence."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


def picture_name(instance: Explanation, filename: str) -> str:  # noqa: ARG001 - the name is ours alone
    """A fresh name for the overlay, made of the row's UUID."""
    key = instance.pk.hex
    return f"explanations/{key[:2]}/{key[2:4]}/{key}.png"


class Explanation(models.Model):
    """The class activation map of one cell for one class by one model, laid over the crop the network saw."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="explanations")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(
        max_length=30,
        choices=LABEL_CHOICES,
        help_text="The class whose evidence is shown.",  # not translated
    )
    state = models.CharField(max_length=10, choices=ExplanationState, default=ExplanationState.WAITING)
    picture = models.FileField(storage=clinical_storage, upload_to=picture_name, max_length=120, blank=True)
    problem = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    made_of_image: ClassVar = "cell__image"
    """The way to the image whose pixels the file shows: it is purged with them."""

    class Meta:
        ordering: ClassVar = ["-requested_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cell", "model_version", "label"], name="a_cell_is_explained_once_per_class_and_model"
            ),
            models.CheckConstraint(
                condition=~Q(state=ExplanationState.DONE) | (~Q(picture="") & Q(finished_at__isnull=False)),
                name="a_done_explanation_has_a_picture",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExplanationState.FAILED) | ~Q(problem=""), name="a_failed_explanation_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} in {self.cell_id}"  # not translated
