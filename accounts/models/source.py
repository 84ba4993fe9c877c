"""A computer from whose folder pictures are sent."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation

if TYPE_CHECKING:
    from accounts.models.user import User

SILENT_AFTER = timedelta(hours=1)
"""A computer that is on reports every minute."""
CLOCK_DIFFERS_S = 120


class SourceQuerySet(models.QuerySet["Source"]):
    """Reads of sources."""

    def overseen_by(self, user: User) -> SourceQuerySet:
        """Those of the laboratory of `user` and its clinics; all for whoever belongs to none and oversees the installation."""
        if user.laboratory is None:
            return self if user.is_superuser else self.none()
        return self.filter(api_client__organisation__in=Organisation.objects.of_laboratory(user.laboratory))


class Source(models.Model):
    """A folder that hematovision-watch sends from, as it described itself last: what lies where, by number alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    api_client = models.ForeignKey("accounts.ApiClient", on_delete=models.PROTECT, related_name="sources")
    instance = models.UUIDField(help_text="Drawn by the program for its folder.")  # not translated
    name = models.CharField(_("name"), max_length=100)
    version = models.CharField(
        _("version"), max_length=32, validators=[RegexValidator(r"^[0-9A-Za-z.+\-]+\Z", _("A version like 1.0.0."))]
    )
    waiting = models.PositiveIntegerField(_("waiting"))
    held = models.PositiveIntegerField(_("held"))
    refused = models.PositiveIntegerField(_("refused"))
    clock_off_s = models.IntegerField(
        null=True,
        blank=True,
        help_text="Seconds by which its clock is ahead of the server's.",  # not translated
    )
    first_seen_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["api_client", "instance"], name="one_source_per_client_and_folder"),
            models.CheckConstraint(
                condition=Q(waiting__gte=0) & Q(held__gte=0) & Q(refused__gte=0), name="source_counts_from_zero"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def laboratory_id(self) -> uuid.UUID | None:
        """The laboratory in whose audit trail its events are."""
        laboratory = self.api_client.organisation.laboratory
        return laboratory.pk if laboratory is not None else None

    @property
    def is_silent(self) -> bool:
        """Whether it has said nothing for so long that it is off or cut off."""
        return self.seen_at < timezone.now() - SILENT_AFTER

    @property
    def clock_off_min(self) -> int:
        """By how many minutes its clock and ours differ; 0 where that is too little to say."""
        off = abs(self.clock_off_s or 0)
        return round(off / 60) if off > CLOCK_DIFFERS_S else 0
