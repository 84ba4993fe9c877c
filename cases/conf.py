"""What an installation may set for the clinical record, with the values used when it does not."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from cases.imaging import Limits
from cases.models.case import Priority

_HOURS_BY_PRIORITY = {Priority.STAT: 1, Priority.URGENT: 4, Priority.ROUTINE: 24}
_DAILY_QUOTA_BYTES = 20 * 1024**3


def turnaround(priority: str) -> timedelta:
    """How long after submission a case of this priority is due (`CASE_TURNAROUND_HOURS`, by priority)."""
    hours = {**_HOURS_BY_PRIORITY, **getattr(settings, "CASE_TURNAROUND_HOURS", {})}
    return timedelta(hours=hours[priority])


def upload_max_bytes() -> int:
    """Largest file accepted, in bytes (`UPLOAD_MAX_BYTES`)."""
    return int(settings.UPLOAD_MAX_BYTES)


def upload_limits() -> Limits:
    """Pixel limits of one image (`UPLOAD_MAX_PIXELS`)."""
    return Limits(max_pixels=int(settings.UPLOAD_MAX_PIXELS))


def upload_quota_bytes() -> int:
    """What one account may send in 24 hours, in bytes (`UPLOAD_QUOTA_BYTES_PER_DAY`)."""
    return int(getattr(settings, "UPLOAD_QUOTA_BYTES_PER_DAY", _DAILY_QUOTA_BYTES))
