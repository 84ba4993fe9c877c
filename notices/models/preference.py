"""Whether a person also gets an e-mail."""

from __future__ import annotations

from django.db import models


class Preference(models.Model):
    """What a person chose about their notifications; nobody's row means e-mails are sent."""

    user = models.OneToOneField(
        "accounts.User", on_delete=models.CASCADE, primary_key=True, related_name="notice_preference"
    )
    email = models.BooleanField("tell me by e-mail too", default=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Notifications of {self.user_id}"
