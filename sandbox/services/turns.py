"""Opening pictures in the web process, one at a time: whatever is tried, a clinical upload finds a place to be decoded."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from cases.services.decoding import DecodersBusy

if TYPE_CHECKING:
    from collections.abc import Iterator

_WAIT_SECONDS = 10
_LINE = threading.BoundedSemaphore(8)
"""Requests that wait for their turn or have it, a third of the threads of a web process: the others are for patients."""
_TURN = threading.BoundedSemaphore(1)


@contextmanager
def turn() -> Iterator[None]:
    """Hold the one turn of this process to decode, draw and encode a tried picture; raises `DecodersBusy` without one."""
    if not _LINE.acquire(blocking=False):
        raise _busy()
    try:
        if not _TURN.acquire(timeout=_WAIT_SECONDS):
            raise _busy()
        try:
            yield
        finally:
            _TURN.release()
    finally:
        _LINE.release()


def _busy() -> DecodersBusy:
    return DecodersBusy(_("Many pictures are being tried at the moment. Try again in a minute."))
