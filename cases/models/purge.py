"""What was removed of the files of images, when, and by which rule; the rows of the images stay."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PurgeRule(models.TextChoices):
    """Why files are removed: the schedule for a class of cases, or a patient who is pseudonymised."""

    SIGNED_ORIGINALS = "signed_originals", _("Originals of signed cases")
    SIGNED_IMAGES = "signed_images", _("Images of signed cases")
    CANCELLED_IMAGES = "cancelled_images", _("Images of cancelled and rejected cases")
    WITHDRAWN_IMAGES = "withdrawn_images", _("Images of withdrawn cases")
    PSEUDONYMISATION = "pseudonymisation", _("Pseudonymised patient")

    @property
    def takes_what_is_shown(self) -> bool:
        """Whether display copy, thumbnail and explanations go as well as the original."""
        return self != PurgeRule.SIGNED_ORIGINALS


class PurgeRun(models.Model):
    """One run of the purge, written before it removes anything. Rows are inserted and read, nothing else.

    `periods` holds the days of each rule that was on, `planned` what it found: `{"due": {rule: images}, "held":
    {rule: {obstacle: cases}}}`. What it removed are its `ImagePurge` rows: less than planned where it was broken off.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    began_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    periods = models.JSONField(default=dict, blank=True)
    planned = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-began_at", "id"]
        indexes = [models.Index(fields=["-began_at", "id"], name="purge_run_newest_first")]

    def __str__(self) -> str:
        return f"Purge of {self.began_at:%Y-%m-%d %H:%M}"  # not translated


class ImagePurge(models.Model):
    """Files of one image were removed. Rows are inserted and read, nothing else.

    Which files: the `original`, or what is `shown` (display copy, thumbnail, explanations), or both. `byte_size` is what they
    took together; the SHA-256 of the original stays on the image.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(PurgeRun, on_delete=models.PROTECT, related_name="purges")
    image = models.ForeignKey("cases.SmearImage", on_delete=models.PROTECT, related_name="purges")
    rule = models.CharField(max_length=20, choices=PurgeRule.choices)
    original = models.BooleanField()
    shown = models.BooleanField()
    files = models.PositiveIntegerField(help_text="How many files.")  # not translated
    byte_size = models.PositiveBigIntegerField(help_text="Bytes of these files together.")  # not translated
    purged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["purged_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(rule__in=PurgeRule.values), name="image_purge_names_its_rule"),
            models.CheckConstraint(
                condition=Q(original=True) | Q(shown=True), name="image_purge_says_what_was_removed"
            ),
            models.UniqueConstraint(fields=["image"], condition=Q(original=True), name="an_original_is_purged_once"),
            models.UniqueConstraint(fields=["image"], condition=Q(shown=True), name="what_is_shown_is_purged_once"),
        ]

    def __str__(self) -> str:
        return f"Purge of image {self.image_id}"  # not translated
