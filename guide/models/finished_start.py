"""That somebody needs the list of first steps no longer."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class FinishedStart(models.Model):
    """The list of first steps of `user` is gone for good: every step was done, or the person hid the list.

    Which steps are done is never stored: the record tells.
    """

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, primary_key=True, related_name="+")
    hidden = models.BooleanField(default=False, help_text="By the person, before all was done.")  # not translated
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"First steps of {self.user_id}"  # not translated
