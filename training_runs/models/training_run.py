"""One training somebody asked for: what was asked, how far it is, what came of it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from classifier.models import ModelVersion


class TrainingState(models.TextChoices):
    """Queued waits for a host, running has one, the others are final."""

    QUEUED = "queued", "Waiting"  # not translated
    RUNNING = "running", "Training"  # not translated
    DONE = "done", "Done"  # not translated
    FAILED = "failed", "Failed"  # not translated
    CANCELLED = "cancelled", "Cancelled"  # not translated


class Backbone(models.TextChoices):
    """The networks of `training.backbones`, named here because that module imports Keras."""

    RESNET50 = "resnet50", "ResNet50"  # not translated
    INCEPTIONV3 = "inceptionv3", "InceptionV3"  # not translated
    EFFICIENTNETB0 = "efficientnetb0", "EfficientNetB0"  # not translated
    MOBILENETV2 = "mobilenetv2", "MobileNetV2"  # not translated
    CNN = "cnn", "Plain convolutional network"  # not translated


class StartWeights(models.TextChoices):
    """Where the weights begin."""

    IMAGENET = "imagenet", "ImageNet (needs internet once)"  # not translated
    RANDOM = "random", "Random"  # not translated


_NAME = RegexValidator(
    r"^[a-z0-9][a-z0-9._-]*\Z",
    "Use lower-case letters, digits, dot, dash and underscore only.",  # not translated
)


class TrainingRun(models.Model):
    """A training from folders of images to a registered model, run by a worker of the queue `training`.

    ``steps_done`` is how a run that lost its worker goes on: finished steps are not done again, and the step it was
    in resumes from its own checkpoint.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(
        max_length=60,
        default="resnet50",
        validators=[_NAME],
        help_text="The model's name.",  # not translated
    )
    version = models.CharField(
        max_length=40,
        validators=[_NAME],
        help_text="The version it is registered under.",  # not translated
    )
    sources = models.JSONField(help_text="Folders of images below the training data folder.")  # not translated
    backbone = models.CharField(max_length=20, choices=Backbone, default=Backbone.RESNET50)
    start_weights = models.CharField(max_length=10, choices=StartWeights, default=StartWeights.IMAGENET)
    size_px = models.PositiveSmallIntegerField(
        "input size", default=128, validators=[MinValueValidator(32), MaxValueValidator(512)], help_text="Pixels."
    )
    um_per_px = models.FloatField(
        "scale of the crops",
        default=0.17,
        validators=[MinValueValidator(0.02), MaxValueValidator(2)],
        help_text="um/px",
    )
    head_epochs = models.PositiveSmallIntegerField(
        default=5,
        validators=[MaxValueValidator(500)],
        help_text="With the base frozen; not used from random weights.",  # not translated
    )
    epochs = models.PositiveSmallIntegerField(
        default=40,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text="With everything trained.",  # not translated
    )
    rate = models.FloatField("learning rate", default=1e-3, validators=[MinValueValidator(1e-7), MaxValueValidator(1)])
    batch = models.PositiveSmallIntegerField(default=64, validators=[MinValueValidator(2), MaxValueValidator(2048)])
    seed = models.PositiveIntegerField(default=1)
    skip_bad = models.BooleanField(
        default=False,
        help_text="Leave unusable files out instead of stopping.",  # not translated
    )
    mixed_sizes = models.BooleanField(
        default=False,
        help_text="Accept images of very different sizes in a folder.",  # not translated
    )
    reason = models.TextField(help_text="Why it is trained.")  # not translated

    state = models.CharField(max_length=10, choices=TrainingState, default=TrainingState.QUEUED)
    steps_done = models.JSONField(default=list, blank=True)
    step = models.CharField(max_length=20, blank=True)
    epoch = models.PositiveIntegerField(default=0)
    figures = models.JSONField(default=dict, blank=True, help_text="Of the last epoch.")  # not translated
    output = models.TextField(blank=True, help_text="The last lines the command wrote.")  # not translated
    problem = models.TextField(blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    host = models.CharField(max_length=200, blank=True)
    pid = models.PositiveIntegerField(
        default=0,
        help_text="Of the command on the host; 0 while none runs.",  # not translated
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    model_version = models.ForeignKey(
        ModelVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="training_runs"
    )
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When its host last reported.")  # not translated
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-queued_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["host"],
                condition=Q(state=TrainingState.RUNNING),
                name="a_host_trains_one_network_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["name", "version"],
                condition=Q(state__in=[TrainingState.QUEUED, TrainingState.RUNNING, TrainingState.DONE]),
                name="a_version_is_trained_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=TrainingState.RUNNING)
                | (Q(started_at__isnull=False, seen_at__isnull=False) & ~Q(host="")),
                name="a_running_training_has_a_host",
            ),
            models.CheckConstraint(
                condition=~Q(state=TrainingState.DONE) | Q(model_version__isnull=False, finished_at__isnull=False),
                name="a_done_training_has_a_model",
            ),
            models.CheckConstraint(
                condition=~Q(state=TrainingState.FAILED) | ~Q(problem=""),
                name="a_failed_training_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def folder(self) -> Path:
        """Where its manifest, crops, checkpoints, model and evaluation lie on the host."""
        return Path(settings.TRAINING_DIR) / "runs" / self.pk.hex

    @property
    def total_epochs(self) -> int:
        """Epochs of both phases."""
        return self.epochs + (0 if self.start_weights == StartWeights.RANDOM else self.head_epochs)
