"""One image of a smear."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.states import NOT_COUNTING, UNFINISHED_IMAGE_STATES, ImageState
from cases.storage import clinical_storage, display_name, original_name, thumbnail_name
from microscopes.selectors import MicroscopeSource

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class TakenOut(models.TextChoices):
    """Why a field was taken out of a draft."""

    WRONG = "wrong", _("It is of another slide or patient")
    BLURRED = "blurred", _("It is blurred or badly lit")
    RETAKEN = "retaken", _("A better picture of the same place takes its place")
    OTHER = "other", _("Another reason")


class SmearImageQuerySet(models.QuerySet["SmearImage"]):
    """Reads of images."""

    def visible_to(self, user: User | AnonymousUser, *, break_glass: bool = True) -> Self:
        """Return the images of the cases `user` may see."""
        cases = Case.objects.visible_to(user, break_glass=break_glass)
        if cases.query.is_empty():
            return self.none()
        return self.filter(Exists(cases.filter(pk=OuterRef("case"))))

    def counting(self) -> Self:
        """Return the images that make up their case: all but those that were taken out or sent back.

        Whoever counts, analyses, shows or reports asks this; whoever keeps, verifies or purges what was received does not.
        """
        return self.exclude(state__in=NOT_COUNTING)

    def unfinished(self) -> Self:
        """Return the images the model still owes an answer for."""
        return self.filter(state__in=UNFINISHED_IMAGE_STATES)


class SmearImage(models.Model):
    """A field of view as it was received, byte for byte, and what we made of it for the screen.

    `width` and `height` are those of the upright image, after any rotation the camera noted; every cell
    box counts in those pixels. `conversions` are sentences saying what was done to show and read it. `camera` is all that is
    kept of what the file says about itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="images")
    ordinal = models.PositiveIntegerField(
        help_text="1 for the first image of the case; one that was taken out keeps its last."
    )
    sha256 = models.CharField(max_length=64)
    original = models.FileField(storage=clinical_storage, upload_to=original_name, max_length=120)
    media_type = models.CharField(max_length=32)
    byte_size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(help_text="Pixels, upright.")
    height = models.PositiveIntegerField(help_text="Pixels, upright.")
    conversions = models.JSONField(default=list, blank=True)
    camera = models.CharField(
        max_length=80,
        blank=True,
        help_text="Make and model of the camera, as the file names them.",  # not translated
    )
    microscope = models.ForeignKey(
        "microscopes.Microscope", on_delete=models.PROTECT, null=True, blank=True, related_name="images"
    )
    microscope_source = models.CharField(max_length=12, choices=MicroscopeSource.choices, blank=True, editable=False)
    display = models.FileField(storage=clinical_storage, upload_to=display_name, max_length=120, blank=True)
    display_sha256 = models.CharField(
        max_length=64,
        null=True,
        blank=True,
        editable=False,
    )
    thumbnail = models.FileField(storage=clinical_storage, upload_to=thumbnail_name, max_length=120, blank=True)
    state = models.CharField(max_length=12, choices=ImageState.choices, default=ImageState.RECEIVED, editable=False)
    problem = models.TextField(
        blank=True,
        help_text="Why it was rejected or failed, in a sentence for the clinician.",  # not translated
    )
    taken_out_reason = models.CharField(max_length=12, choices=TakenOut.choices, blank=True, editable=False)
    uploaded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    original_purged_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When the original was removed; `ImagePurge` says why.",  # not translated
    )
    shown_purged_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When display copy, thumbnail and explanations were removed; `ImagePurge` says why.",  # not translated
    )

    objects = SmearImageQuerySet.as_manager()

    class Meta:
        ordering = ["case", "ordinal"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sha256"], condition=~Q(state=ImageState.TAKEN_OUT), name="same_bytes_once_per_case"
            ),
            models.UniqueConstraint(
                fields=["case", "ordinal"],
                condition=~Q(state=ImageState.TAKEN_OUT),
                name="image_ordinal_is_unique_within_case",
            ),
            models.CheckConstraint(
                condition=Q(state=ImageState.TAKEN_OUT, taken_out_reason__in=TakenOut.values)
                | ~Q(state=ImageState.TAKEN_OUT) & Q(taken_out_reason=""),
                name="image_says_why_it_was_taken_out",
            ),
            models.CheckConstraint(condition=Q(state__in=ImageState.values), name="image_state_is_known"),
            models.CheckConstraint(condition=Q(ordinal__gte=1), name="image_ordinal_counts_from_one"),
            models.CheckConstraint(
                condition=Q(width__gt=1, height__gt=1, byte_size__gt=0), name="image_has_pixels_and_bytes"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ImageState.REJECTED, ImageState.FAILED]) | ~Q(problem=""),
                name="rejected_or_failed_image_says_why",
            ),
            models.CheckConstraint(
                condition=Q(microscope__isnull=True) | Q(microscope_source__in=MicroscopeSource.values),
                name="named_microscope_says_how_it_was_found",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "uploaded_at"], name="image_state_and_age"),
            models.Index(fields=["uploaded_by", "uploaded_at"], name="image_uploader_quota"),
        ]

    def __str__(self) -> str:
        return f"Image {self.ordinal} ({self.pk})"

    @property
    def is_shown(self) -> bool:
        """Whether there is a display copy to look at: made by a worker, and not purged since."""
        return bool(self.display) and self.shown_purged_at is None
