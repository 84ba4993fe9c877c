"""The clock that services read while the demonstration tells what is said to have happened in earlier weeks.

Every write of the record asks Django's clock (`timezone.now`, also as the default of columns). Here that clock is set, for one process
and for as long as a block lasts, so that history goes through the same services, rules, triggers and fingerprints as everything
else, and the audit trail of it is a sound chain. Nothing but `seed_demo` may set it: see docs/adr/0072.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from hematovision.errors import PermissionRefused

if TYPE_CHECKING:
    from collections.abc import Iterator


class DemoClock:
    """A clock that shows what it was last set to. It is not set back, for an audit trail reads in the order of its times, and
    does not pass the moment in which it was made.
    """

    def __init__(self, at: dt.datetime) -> None:
        self._latest = timezone.now()
        self.at = min(at, self._latest)

    def advance(self, to: dt.datetime) -> None:
        """Show `to`, or stay where that is earlier."""
        self.at = min(max(self.at, to), self._latest)

    def pass_by(self, time: dt.timedelta) -> None:
        """Let so much time pass."""
        self.advance(self.at + time)


@contextmanager
def set_clock(at: dt.datetime) -> Iterator[DemoClock]:
    """Have every `timezone.now()` of this process answer what the clock shows, beginning with `at`.

    Raises `PermissionRefused` where `DEMO_ACCOUNTS` is off: the clock of a real installation is nobody's to set.
    """
    if not getattr(settings, "DEMO_ACCOUNTS", False):
        raise PermissionRefused("The clock is set in local settings only.")
    clock = DemoClock(at)

    class Shown(dt.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> dt.datetime:  # type: ignore[override]
            return clock.at.astimezone(tz) if tz else clock.at.replace(tzinfo=None)

    # The function itself stays: defaults of columns hold it, and it asks its module's `datetime` each time.
    real, timezone.datetime = timezone.datetime, Shown  # type: ignore[attr-defined]
    try:
        yield clock
    finally:
        timezone.datetime = real  # type: ignore[attr-defined]
