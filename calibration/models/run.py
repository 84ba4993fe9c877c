"""One calibration somebody asked for."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classifier.models import ModelVersion


class CalibrationState(models.TextChoices):
    """Queued waits for a worker, running has one, the others are final. Refused is an answer, failed is trouble."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Calibrating")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")


OPEN_STATES = (CalibrationState.QUEUED, CalibrationState.RUNNING)


class CalibrationRun(models.Model):
    """A calibration of the model in use for one microscope, by the labelled cells of it there are when it runs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    microscope = models.ForeignKey("microscopes.Microscope", on_delete=models.PROTECT, related_name="calibration_runs")
    parent = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=CalibrationState, default=CalibrationState.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    images_done = models.PositiveIntegerField(default=0)
    images_total = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True, help_text="One sentence, shown to people.")  # not translated
    model_version = models.ForeignKey(ModelVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    queued_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When its worker last reported.")  # not translated
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-queued_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["microscope"],
                condition=Q(state__in=OPEN_STATES),
                name="a_microscope_is_calibrated_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=CalibrationState.RUNNING) | Q(seen_at__isnull=False),
                name="a_running_calibration_was_seen",
            ),
            models.CheckConstraint(
                condition=~Q(state=CalibrationState.DONE) | Q(model_version__isnull=False, finished_at__isnull=False),
                name="a_done_calibration_has_a_variant",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[CalibrationState.REFUSED, CalibrationState.FAILED])
                | (~Q(problem="") & Q(finished_at__isnull=False)),
                name="a_calibration_without_a_variant_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parent} on {self.microscope}"  # not translated

    @property
    def is_open(self) -> bool:
        """Whether it still owes an answer."""
        return self.state in OPEN_STATES
