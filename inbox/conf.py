"""How long people have to acknowledge a report, by priority."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

CRITICAL = "critical"


def remind_after(priority: str, *, critical: bool) -> timedelta:
    """Return after how long the receivers are reminded, again and again."""
    return _hours(settings.INBOX_REMIND_HOURS, priority, critical=critical)


def escalate_after(priority: str, *, critical: bool) -> timedelta:
    """Return after how long everybody concerned is told that nobody has acknowledged."""
    return _hours(settings.INBOX_ESCALATE_HOURS, priority, critical=critical)


def _hours(table: dict[str, float], priority: str, *, critical: bool) -> timedelta:
    hours = table.get(priority, table["routine"])
    # A critical result waits as long as its priority allows, and never longer than a critical one may.
    return timedelta(hours=min(hours, table[CRITICAL]) if critical else hours)
