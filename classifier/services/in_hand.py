"""What this process is analysing right now: the leases its heartbeat renews.

A worker that lives but lost a run, because the database went away under it, must not hold its image: nobody is at work on
it. So the leases follow the work, not the name of the worker.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator

    from classifier.models import Analysis

_held: dict[int, tuple[uuid.UUID, int]] = {}
_lock = threading.Lock()


@contextmanager
def in_hand(analysis: Analysis) -> Iterator[None]:
    """Count the run, at its present attempt, among those at work in this process for as long as the block lasts."""
    with _lock:
        _held[id(analysis)] = (analysis.pk, analysis.attempt)
    try:
        yield
    finally:
        with _lock:
            del _held[id(analysis)]


def runs_in_hand() -> list[tuple[uuid.UUID, int]]:
    """Primary key and attempt of every run at work in this process."""
    with _lock:
        return list(_held.values())
