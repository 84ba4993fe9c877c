"""A form that was carried out, so that the same one sent again is not carried out twice."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class SentForm(models.Model):
    """One form under the id that the browser gave it, and the page that its answer led to. It holds nothing of the form."""

    by = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()
    path = models.CharField(max_length=500, help_text="Where the form was sent.")  # not translated
    location = models.CharField(max_length=500, blank=True, help_text="Where its answer led.")  # not translated
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "key"], name="form_is_carried_out_once")]
        indexes = [models.Index(fields=["at"], name="sent_forms_by_time")]

    def __str__(self) -> str:
        return f"Form {self.key}"
