"""What one model is to one camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q

from classifier.models.model_version import ModelVersion
from classifier.standing import Standing

if TYPE_CHECKING:
    from uuid import UUID


class CameraStanding(models.Model):
    """Whether one model knows one camera: a microscope, or all that a clinic sends without naming one.

    Derived from the newest cells by each analysis; `novelty` is their median, None without any.
    """

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="camera_standings")
    microscope = models.ForeignKey(
        "microscopes.Microscope", on_delete=models.PROTECT, null=True, blank=True, related_name="standings"
    )
    clinic = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="camera_standings"
    )
    state = models.CharField(max_length=12, choices=Standing, default=Standing.FEW)
    cells = models.PositiveIntegerField(default=0, help_text="Newest cells that were judged.")  # not translated
    novelty = models.FloatField(null=True, blank=True, help_text="Their median novelty.")  # not translated
    since = models.DateTimeField(help_text="When it came to stand so.")  # not translated

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["model_version", "microscope"],
                condition=Q(microscope__isnull=False),
                name="a_model_stands_once_to_a_microscope",
            ),
            models.UniqueConstraint(
                fields=["model_version", "clinic"],
                condition=Q(clinic__isnull=False),
                name="a_model_stands_once_to_unnamed_cameras_of_a_clinic",
            ),
            models.CheckConstraint(
                condition=Q(microscope__isnull=True, clinic__isnull=False)
                | Q(microscope__isnull=False, clinic__isnull=True),
                name="a_camera_is_a_microscope_or_what_a_clinic_leaves_unnamed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_version} on {self.microscope or self.clinic}: {self.state}"

    @property
    def is_unknown(self) -> bool:
        """Whether the model does not know the camera."""
        return self.state == Standing.UNKNOWN

    @property
    def laboratory_id(self) -> UUID | None:
        """The laboratory whose names are concerned, and in whose audit trail its events are."""
        organisation = self.microscope.organisation if self.microscope is not None else self.clinic
        laboratory = organisation.laboratory if organisation is not None else None
        return laboratory.pk if laboratory is not None else None
