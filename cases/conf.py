"""What an installation may set for the clinical record, with the values used when it does not."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from cases.decoding import Budget
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
    """What one image may be (`UPLOAD_MAX_PIXELS`, `DECODE_MAX_SCANS`, `DECODE_MAX_CHUNKS`, `DECODE_MAX_TILES`)."""
    return Limits(
        max_pixels=int(settings.UPLOAD_MAX_PIXELS),
        max_scans=settings.DECODE_MAX_SCANS,
        max_chunks=settings.DECODE_MAX_CHUNKS,
        max_tiles=settings.DECODE_MAX_TILES,
    )


def decode_budget() -> Budget:
    """What decoding one file may cost (`DECODE_MEMORY_MB`, `DECODE_CPU_SECONDS`, `DECODE_WALL_SECONDS`)."""
    return Budget(
        memory_bytes=settings.DECODE_MEMORY_MB * 1024**2,
        cpu_seconds=settings.DECODE_CPU_SECONDS,
        wall_seconds=settings.DECODE_WALL_SECONDS,
    )


def decodes_at_once() -> int:
    """How many files one process decodes at the same time (`DECODE_AT_ONCE`)."""
    return int(settings.DECODE_AT_ONCE)


def decode_wait_seconds() -> float:
    """How long an upload waits for its turn to be decoded (`DECODE_WAIT_SECONDS`)."""
    return float(settings.DECODE_WAIT_SECONDS)


def crop_cache_bytes() -> int:
    """How much of the disk decoded display copies may take for the crops of pages, in bytes (`CROP_CACHE_MB`)."""
    return int(settings.CROP_CACHE_MB) * 1024**2


def upload_quota_bytes() -> int:
    """What one account may send in 24 hours, in bytes (`UPLOAD_QUOTA_BYTES_PER_DAY`)."""
    return int(getattr(settings, "UPLOAD_QUOTA_BYTES_PER_DAY", _DAILY_QUOTA_BYTES))
