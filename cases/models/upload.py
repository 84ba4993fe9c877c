"""A file on its way to a case, which a line may cut as often as it likes."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.fields import EncryptedCharField
from cases.models.case import Case

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

KEPT_FOR = timedelta(days=7)
"""After the last bytes of it came."""


def when_kept_until() -> datetime:
    """Until when an upload is kept of which bytes came just now."""
    return timezone.now() + KEPT_FOR


class UploadState(models.TextChoices):
    """Where an upload stands; only an open one takes bytes."""

    OPEN = "open", _("Not finished")
    FINISHED = "finished", _("Finished")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


class UploadQuerySet(models.QuerySet["Upload"]):
    """Reads of uploads."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return what `user` sends to cases they see; nobody sees the uploads of another."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(by=user, case__in=Case.objects.visible_to(user))

    def open(self) -> Self:
        """Return those that still take bytes."""
        return self.filter(state=UploadState.OPEN, expires_at__gt=timezone.now())


class Upload(models.Model):
    """A file that arrives in pieces, each kept in the clinical storage when it came; the image is made with the last byte.

    `received` is the truth of what is there: a piece counts from the moment at which the row names it. The name is what the
    sender called the file, to be told which one is not finished; it goes when the upload ends.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="uploads")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    client_id = models.CharField(
        max_length=64,
        blank=True,
        validators=[RegexValidator(r"^[\x21-\x7e]*$", _("Printable ASCII without spaces."))],
        help_text="What the sender calls this upload, to find it again.",  # not translated
    )
    sha256 = models.CharField(
        max_length=64,
        blank=True,
        validators=[RegexValidator(r"^([0-9a-f]{64})?$", _("64 hexadecimal digits in lower case."))],
        help_text="Of the whole file, as the sender said.",  # not translated
    )
    name = EncryptedCharField(max_length=255, blank=True)
    length = models.PositiveBigIntegerField(help_text="Bytes of the whole file.")  # not translated
    received = models.PositiveBigIntegerField(default=0, help_text="Bytes that are kept.")  # not translated
    pieces = models.JSONField(
        default=list,
        blank=True,
        help_text="Names in the clinical storage, in order.",  # not translated
    )
    microscope = models.ForeignKey(
        "microscopes.Microscope", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    automatic = models.BooleanField(
        default=True,
        help_text="Whether the microscope is found where none was chosen.",  # not translated
    )
    state = models.CharField(max_length=10, choices=UploadState.choices, default=UploadState.OPEN)
    replaces = models.ForeignKey(
        "cases.SmearImage",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The field of the draft that gives its place to it.",  # not translated
    )
    image = models.ForeignKey("cases.SmearImage", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_new = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether the image was made of it; else the same file was there already.",  # not translated
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=when_kept_until)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="upload_state_is_known"),
            models.CheckConstraint(
                condition=Q(length__gt=0) & Q(received__lte=F("length")), name="upload_takes_no_more_than_its_length"
            ),
            models.CheckConstraint(
                condition=Q(state=UploadState.FINISHED, image__isnull=False)
                | (~Q(state=UploadState.FINISHED) & Q(image__isnull=True)),
                name="finished_upload_has_an_image",
            ),
            models.CheckConstraint(
                condition=Q(state=UploadState.OPEN, ended_at__isnull=True)
                | (~Q(state=UploadState.OPEN) & Q(ended_at__isnull=False)),
                name="ended_upload_says_when",
            ),
            models.UniqueConstraint(
                fields=["by", "case", "client_id"],
                condition=~Q(client_id="") & Q(state__in=[UploadState.OPEN, UploadState.FINISHED]),
                name="upload_is_begun_once",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state=UploadState.OPEN), name="open_upload_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"Upload {self.pk}"
