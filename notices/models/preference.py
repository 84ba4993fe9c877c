"""What a person wants to be told, and where."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from django.db import models
from django.utils.translation import gettext_lazy as _


class Preference(models.Model):
    """What a person chose about their notifications; without a row e-mails are sent, and new orders are not told of.

    In quiet hours their browsers are told of pressing things alone; the rest waits until the hours end.
    """

    user = models.OneToOneField(
        "accounts.User", on_delete=models.CASCADE, primary_key=True, related_name="notice_preference"
    )
    email = models.BooleanField("tell me by e-mail too", default=True)
    new_orders = models.BooleanField("tell me of new orders", default=False)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True, default=dt.time(22))
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True, default=dt.time(6))
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_begin_and_end",
            ),
        ]

    def __str__(self) -> str:
        return f"Notifications of {self.user_id}"  # not translated

    def is_quiet(self, now: dt.datetime) -> bool:
        """Whether `now` lies in the person's quiet hours, which may go over midnight; none are none."""
        if self.quiet_from is None or self.quiet_until is None:
            return False
        clock = now.astimezone(zoneinfo.ZoneInfo(self.time_zone)).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until
