"""Saying how far it is, seldom enough to be read."""

from __future__ import annotations

import sys
import time

_SECONDS = 5.0


class Progress:
    """Lines on standard error, one every few seconds; `done` is said always."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, sentence: str) -> None:
        """Say where it is, if something was not just said."""
        if time.monotonic() - self._said >= _SECONDS:
            self.done(sentence)

    def done(self, sentence: str) -> None:
        """Say it at once."""
        self._said = time.monotonic()
        print(sentence, file=sys.stderr, flush=True)


class Counted:
    """So many of so many files and bytes."""

    def __init__(self, progress: Progress, what: str, files: int, size: int) -> None:
        self._progress, self._what, self._files, self._size = progress, what, files, size
        self._done = self._bytes = 0

    def add(self, size: int) -> None:
        """One more file of `size` bytes."""
        self._done += 1
        self._bytes += size
        self._progress(
            f"{self._what}: {self._done:,} of {self._files:,} files, "
            f"{self._bytes / 1e9:,.1f} of {self._size / 1e9:,.1f} GB"
        )
