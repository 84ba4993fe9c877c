"""A picture that somebody tried: no part of any record, and gone after a day."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.storage import clinical_storage
from classifier.models import ModelVersion
from sandbox.conf import KEPT_FOR

FOLDER = "tried"
"""Where the files of tried pictures lie in the clinical storage, and no others."""


class TryState(models.TextChoices):
    """Waiting for a worker, with one, answered; refused for what the picture is, failed for what we are."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Analysing")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")


def picture_name(instance: models.Model, filename: str) -> str:  # noqa: ARG001 - the name is ours alone
    """A fresh name below a folder of tried pictures alone; what the sender called the file is no part of it."""
    key = uuid.uuid4().hex
    return f"{FOLDER}/{key[:2]}/{key[2:4]}/{key}.{filename.rpartition('.')[2]}"


def when_it_goes() -> datetime:
    """When a picture that comes now is removed."""
    return timezone.now() + KEPT_FOR


class TriedPictureQuerySet(models.QuerySet["TriedPicture"]):
    """Reads of tried pictures."""

    def kept(self) -> TriedPictureQuerySet:
        """Those whose day is not over: one that waits for its removal is gone for everybody."""
        return self.filter(expires_at__gt=timezone.now())


class TriedPicture(models.Model):
    """A display copy without metadata, and what the active model says of it.

    The bytes that were sent are not kept. Of a visitor who is not signed in nothing is known but a salted hash of the
    network address, which counts their pictures of a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="tried_pictures"
    )
    address_digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=TryState, default=TryState.WAITING)
    picture = models.FileField(storage=clinical_storage, upload_to=picture_name, max_length=120)
    thumbnail = models.FileField(storage=clinical_storage, upload_to=picture_name, max_length=120)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    um_per_px = models.FloatField(
        "um/px",
        null=True,
        blank=True,
        help_text="The scale, where whoever sent it knew it.",  # not translated
    )
    label_first = models.BooleanField(
        default=False,
        help_text="The sender names the cells before they see what the model says.",  # not translated
    )
    own_labels = models.JSONField(
        default=dict,
        blank=True,
        help_text="What the sender called each cell, by its number.",  # not translated
    )
    revealed_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    model_version = models.ForeignKey(ModelVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    problem = models.TextField(blank=True, help_text="One sentence, shown to people.")  # not translated
    attempt = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When a message for it last reached the broker.",  # not translated
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(default=when_it_goes, db_index=True)

    objects = TriedPictureQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["address_digest", "created_at"], name="tried_pictures_of_an_address"),
            models.Index(fields=["state"], condition=Q(state__in=["waiting", "running"]), name="tried_pictures_owing"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, address_digest="") | (Q(owner__isnull=True) & ~Q(address_digest="")),
                name="a_tried_picture_is_a_persons_or_an_addresss",
            ),
            models.CheckConstraint(
                condition=~Q(state=TryState.DONE)
                | Q(finished_at__isnull=False, result__isnull=False, model_version__isnull=False),
                name="a_done_tried_picture_has_an_answer_of_a_model",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TryState.REFUSED, TryState.FAILED])
                | (Q(finished_at__isnull=False) & ~Q(problem="")),
                name="a_refused_or_failed_tried_picture_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state=TryState.RUNNING) | Q(started_at__isnull=False),
                name="a_running_tried_picture_was_started",
            ),
        ]

    def __str__(self) -> str:
        return f"Tried picture, {self.state}"  # not translated

    @property
    def is_under_way(self) -> bool:
        """Whether a worker still owes the answer."""
        return self.state in {TryState.WAITING, TryState.RUNNING}

    @property
    def hides_answer(self) -> bool:
        """Whether the sender names the cells first and has not yet done so."""
        return self.label_first and self.revealed_at is None

    @property
    def cells(self) -> list[dict[str, Any]]:
        """The cells of the answer in the order of their numbers; none before it."""
        return list((self.result or {}).get("cells", []))
