"""A pathologist's word that an image is a field of a smear, although it looks like a picture of something else."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from cases.models import SmearImage


class ConfirmedSmear(models.Model):
    """One image is a smear, said one pathologist: it is analysed whatever it looks like. Inserted and read, nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.OneToOneField(SmearImage, on_delete=models.PROTECT, related_name="confirmed_smear")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-confirmed_at", "id"]

    def __str__(self) -> str:
        return f"{self.image_id} by {self.confirmed_by_id}"  # not translated
