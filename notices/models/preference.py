"""What a person wants to be told, and where."""

from __future__ import annotations

from django.db import models


class Preference(models.Model):
    """What a person chose about their notifications; without a row e-mails are sent, and new orders are not told of."""

    user = models.OneToOneField(
        "accounts.User", on_delete=models.CASCADE, primary_key=True, related_name="notice_preference"
    )
    email = models.BooleanField("tell me by e-mail too", default=True)
    new_orders = models.BooleanField("tell me of new orders", default=False)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Notifications of {self.user_id}"  # not translated
