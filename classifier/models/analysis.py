"""One run of one model over one image: the row, not the broker's message, is the truth."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import SmearImage
from classifier.models.model_version import ModelVersion

if TYPE_CHECKING:
    from cases.models import Case

SCALE_NOT_KNOWN = frozenset({"unknown", "default"})
"""Sources of a scale that nobody knows; "default" is what earlier analyses say."""


class AnalysisState(models.TextChoices):
    """Queued waits for a worker, running is leased to one, done and failed are final until requeued."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Analysing")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class AnalysisTrigger(models.TextChoices):
    """Who or what asked for the run."""

    UPLOAD = "upload", _("Image received")
    SWEEP = "sweep", _("Found by the sweeper")
    REQUEST = "request", _("Asked for by a person")
    MODEL = "model", _("A model came into use")


class AnalysisProblem(models.TextChoices):
    """Why a run failed, for those who decide whether running it again can help."""

    MODEL = "model", _("The model is missing or altered")
    FILE = "file", _("The stored image is missing or altered")
    ATTEMPTS = "attempts", _("Every attempt was cut short")
    DEFECT = "defect", _("A defect in the software")
    TAKEN_OUT = "taken_out", _("The image was taken out of its case")


class AnalysisQuerySet(models.QuerySet["Analysis"]):
    """Questions the worker, the sweeper and the pages ask of the runs."""

    def claimable(self, now: datetime) -> Self:
        """Runs a worker may take: waiting and due, or leased to a worker whose lease ran out by ``now``."""
        return self.due(now) | self.filter(state=AnalysisState.RUNNING, lease_until__lt=now)

    def due(self, now: datetime) -> Self:
        """Waiting runs, but those that wait for a part that was away and are not to be tried before a later time."""
        return self.filter(Q(not_before__isnull=True) | Q(not_before__lte=now), state=AnalysisState.QUEUED)

    def of_case(self, case: Case) -> Self:
        """Runs over the images that make up `case`."""
        return self.filter(image__in=case.images.counting())

    def unfinished(self) -> Self:
        """Runs that still owe an answer."""
        return self.filter(state__in=[AnalysisState.QUEUED, AnalysisState.RUNNING])


class Analysis(models.Model):
    """One image analysed by one model, from the moment it was asked for to its outcome.

    ``model_version`` is empty only while no model was active when the run was asked for; a worker
    fills it with the active model when it claims the run.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(SmearImage, on_delete=models.PROTECT, related_name="analyses")
    model_version = models.ForeignKey(
        ModelVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="analyses",
    )
    state = models.CharField(max_length=10, choices=AnalysisState, default=AnalysisState.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    trigger = models.CharField(max_length=10, choices=AnalysisTrigger, default=AnalysisTrigger.UPLOAD)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    worker = models.CharField(max_length=200, blank=True)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When a message for it last reached the broker.",  # not translated
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    away_since = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When a part that it needs was first found away; empty once it is done or failed.",  # not translated
    )
    not_before = models.DateTimeField(
        null=True,
        blank=True,
        help_text="While a part that it needs is away: not tried again before.",  # not translated
    )
    problem_kind = models.CharField(max_length=10, choices=AnalysisProblem, blank=True)
    problem = models.TextField(blank=True, help_text="One sentence, shown to people.")  # not translated
    quality = models.JSONField(default=dict, blank=True)
    um_per_px = models.FloatField("um/px", null=True, blank=True)
    scale_source = models.CharField(max_length=20, blank=True)
    timings = models.JSONField(default=dict, blank=True, help_text="Seconds per step.")  # not translated

    objects = AnalysisQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-queued_at"]
        verbose_name_plural = "analyses"
        indexes: ClassVar = [
            models.Index(
                fields=["state", "lease_until"],
                condition=Q(state__in=["queued", "running"]),
                name="analysis_owing_an_answer",
            ),
            models.Index(fields=["-finished_at"], name="analysis_by_finish"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["image", "model_version"], name="a_model_reads_an_image_once"),
            models.UniqueConstraint(
                fields=["image"],
                condition=Q(model_version__isnull=True),
                name="an_image_waits_once_for_a_model",
            ),
            models.CheckConstraint(
                condition=~Q(state=AnalysisState.DONE)
                | Q(
                    finished_at__isnull=False,
                    started_at__isnull=False,
                    model_version__isnull=False,
                ),
                name="a_done_analysis_has_a_model_a_start_and_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state=AnalysisState.FAILED)
                | (Q(finished_at__isnull=False) & ~Q(problem="") & ~Q(problem_kind="")),
                name="a_failed_analysis_says_why_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=AnalysisState.RUNNING)
                | (Q(lease_until__isnull=False, started_at__isnull=False) & ~Q(worker="")),
                name="a_running_analysis_is_leased_to_a_worker",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AnalysisState.QUEUED, AnalysisState.RUNNING]) | Q(finished_at__isnull=True),
                name="an_unfinished_analysis_has_no_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.image_id} by {self.model_version or 'no model'}: {self.state}"

    @property
    def knows_scale(self) -> bool:
        """Whether `um_per_px` is more than the guess that cells were looked for at."""
        return self.um_per_px is not None and self.scale_source not in SCALE_NOT_KNOWN

    @property
    def is_held_back(self) -> bool:
        """Whether no cell of the image is named, whatever its score."""
        return bool(self.quality.get("held_back")) or self.scale_source in SCALE_NOT_KNOWN

    @property
    def waited(self) -> timedelta | None:
        """Time from being asked for to the start of the last attempt; None before the first."""
        return self.started_at - self.queued_at if self.started_at else None

    @property
    def ran(self) -> timedelta | None:
        """Time the last attempt took, in the worker; None until it ended."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at
