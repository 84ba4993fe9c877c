"""Who is reviewing a case now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from cases.models import Case

LEASE = timedelta(minutes=15)
"""How long a claim holds without a sign of life; every action and every heartbeat starts it anew."""
# Clocks of two web hosts differ by seconds.
_CLOCK_DIFFERENCE = timedelta(seconds=30)


class ReviewLease(models.Model):
    """One reviewer holds one case. `since_number` is the last action before this session: undo stops there."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="review_lease")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="review_leases")
    claimed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    since_number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["expires_at"]

    def __str__(self) -> str:
        return f"{self.case_id} until {self.expires_at:%H:%M:%S}"  # not translated

    def is_alive(self, now: datetime | None = None) -> bool:
        """Whether nobody else may take the case.

        A lease that ends later than any lease can was written before the clock was set back. It counts as run out:
        its holder renews it with the next action, and revisions keep anybody from writing over anybody.
        """
        now = now or timezone.now()
        return now < self.expires_at <= now + LEASE + _CLOCK_DIFFERENCE
