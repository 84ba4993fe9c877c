"""The keys one reviewer has chosen."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class KeyMap(models.Model):
    """Only what differs from the default: command -> list of keys."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="key_map")
    keys = models.JSONField(default=dict, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{len(self.keys)} keys of {self.user_id}"  # not translated
