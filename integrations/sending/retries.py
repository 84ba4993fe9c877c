"""When an attempt that came to nothing is repeated."""

from __future__ import annotations

import datetime as dt

PAUSES = tuple(dt.timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600))
"""After the first failed attempt, after the second, and so on; the last pause from then on."""
LONGEST = PAUSES[-1]
TRIES_BEFORE_DEATH = len(PAUSES) + 1
"""So many attempts are made whatever the clock says: one that jumps a week ahead gives nothing up."""


def pause_after(failures: int) -> dt.timedelta:
    """Return how long to wait after so many failed attempts in a row."""
    return PAUSES[min(failures, len(PAUSES)) - 1]


def is_due(at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether something that waits until `at` may be tried; further ahead than the longest pause is a clock that jumped back."""
    return at is None or at <= now or at > now + LONGEST
