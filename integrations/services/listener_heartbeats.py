"""What the listener says of itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

from django.utils import timezone

from integrations.models import ListenerHeartbeat

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat; the counts are since the listener started."""

    name: str
    ports: int
    sessions: int
    answered: int
    unanswered: int
    turned_away: int
    unreadable: int
    problem: str


def write_start(name: str) -> None:
    """Write that a listener starts, and forget those that ended long ago."""
    now = timezone.now()
    ListenerHeartbeat.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()
    ListenerHeartbeat.objects.update_or_create(
        listener=name,
        defaults={"started_at": now, "seen_at": now, "stopped_at": None, "problem": ""},
    )


def write_beat(beat: Beat) -> None:
    """Write that a listener lives, and what it does."""
    now = timezone.now()
    values = asdict(beat)
    ListenerHeartbeat.objects.update_or_create(
        listener=values.pop("name"),
        defaults={**values, "seen_at": now, "stopped_at": None},
        create_defaults={**values, "seen_at": now, "started_at": now},
    )


def say_goodbye(name: str) -> None:
    """Write that a listener stops as it was told to."""
    now = timezone.now()
    ListenerHeartbeat.objects.filter(listener=name).update(seen_at=now, stopped_at=now, ports=0, sessions=0)
