"""Faults of our own in the log: where they are, and not what they say, which may quote a message."""

from __future__ import annotations

import traceback


def where_it_broke(error: BaseException) -> list[str]:
    """Return the places an exception came through, the outermost first; the text of the exception is left out."""
    return [f"{place.filename}:{place.lineno} {place.name}" for place in traceback.extract_tb(error.__traceback__)]
