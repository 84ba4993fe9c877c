"""What one sender, and all of them together, may take of the listener. Pure."""

from __future__ import annotations

from integrations.hl7.faults import UnreadableError

MOST_SESSIONS = 32
"""Open connections of one port. A LIS has one or two."""
IDLE_SECONDS = 600.0
"""A session from which nothing comes is closed."""
MESSAGES_A_MINUTE = 60
"""Of one session; what comes faster waits."""
MOST_HELD_BYTES = 128 * 1024 * 1024
"""Of messages that are unfinished or wait for their turn, in all sessions together."""
WRITE_SECONDS = 30.0
"""A sender that does not take its acknowledgement is closed, and repeats."""


class Pace:
    """So many messages a minute, the first of them at once: then each waits until one more has become free."""

    def __init__(self, a_minute: int = MESSAGES_A_MINUTE) -> None:
        self._most = float(a_minute)
        self._a_second = a_minute / 60
        self._free = self._most
        self._at: float | None = None

    def wait(self, now: float) -> float:
        """Take one message at `now` (seconds of a clock that never goes back); returns how long it has to wait."""
        elapsed = 0.0 if self._at is None else now - self._at
        self._at = now
        self._free = min(self._most, self._free + elapsed * self._a_second) - 1
        return max(0.0, -self._free / self._a_second)


class HeldBytes:
    """The bytes of messages that are unfinished or wait for their turn, of every session."""

    def __init__(self, most: int = MOST_HELD_BYTES) -> None:
        self._most = most
        self._held: dict[object, int] = {}

    def hold(self, who: object, held: int) -> None:
        """Note how many bytes a session holds; raises `UnreadableError` where all of them together are too many."""
        self._held[who] = held
        if held and sum(self._held.values()) > self._most:
            raise UnreadableError("Too many bytes of unfinished messages at once.")  # not translated

    def let_go(self, who: object) -> None:
        """Forget a session."""
        self._held.pop(who, None)
