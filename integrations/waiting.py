"""Answers that are held back until there is something to say, and how many of them there may be.

An answer held back occupies a thread of the web process. A caller has two at a time; a process holds back a quarter of
what it has threads for, and answers at once when that is taken.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext as _

from hematovision.errors import TooManyAttempts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST_SECONDS = 20
A_CALLER = 2
PAUSE_SECONDS = 1.0

_SPARE = threading.BoundedSemaphore(settings.LONG_ANSWERS)


@contextmanager
def place_of(caller: Any) -> Iterator[None]:
    """Hold one of the places of a caller; raises `TooManyAttempts` where all are taken.

    The place of a process that ended is free again after a while. While the cache is away nothing is counted.
    """
    keys = [f"integrations.waiting.{caller}.{number}" for number in range(A_CALLER)]
    taken = next((key for key in keys if cache.add(key, 1, timeout=2 * LONGEST_SECONDS)), None)
    if taken is None:
        raise TooManyAttempts(_("Two requests of this caller wait already: let one of them be answered first."))
    try:
        yield
    finally:
        cache.delete(taken)


def until_found(
    ask: Callable[[], list[Any]], *, seconds: float, pause: Callable[[float], None] = time.sleep
) -> list[Any]:
    """Ask every second until there is something or `seconds` are over; returns the last answer.

    The connection to the database is not held meanwhile.
    """
    found: list[Any] = []
    if not _SPARE.acquire(blocking=False):
        return found
    try:
        while not found and seconds > 0:
            if not connection.in_atomic_block:
                connection.close()
            pause(min(PAUSE_SECONDS, seconds))
            seconds -= PAUSE_SECONDS
            found = ask()
    finally:
        _SPARE.release()
    return found
