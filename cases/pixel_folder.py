"""A bounded folder of decoded pictures, shared by all processes of a host: what is asked for many times is decoded once.

A picture lies under the SHA-256 of the file that it was decoded from, so that no name says anything of a patient, and
another file is another picture. Nothing here is needed: whatever cannot be read or kept is decoded again.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hematovision.disk import require_room
from hematovision.errors import NoRoom

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ENDING = ".npy"
_UNFINISHED = ".part"
_LONGEST_WRITE_SECONDS = 600
_UNUSED_SECONDS = 24 * 3600


class PixelFolder:
    """Pictures in `folder`, of together at most `max_bytes`; 0 keeps none. Safe from many threads and processes."""

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def find(self, sha256: str) -> NDArray[np.uint8] | None:
        """Return the picture mapped from its file, (H, W, 3) uint8: only what is cut from it is read. None where there is none."""
        path = self._folder / f"{sha256}{_ENDING}"
        try:
            pixels: NDArray[np.uint8] = np.load(path, mmap_mode="r", allow_pickle=False)
            # Its last use is the order in which pictures go. That of its writing stays.
            os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
        except (OSError, ValueError, EOFError):
            # Not there, gone just now, or cut short by a host that went down.
            return None
        return pixels

    def keep(self, sha256: str, pixels: NDArray[np.uint8]) -> bool:
        """Write the picture; returns whether it is kept. It is not where it does not fit or the disk is full or away."""
        if pixels.nbytes > self._max_bytes:
            return False
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room(self._max_bytes - pixels.nbytes)
            require_room(pixels.nbytes)
            self._write(sha256, pixels)
            # Others wrote meanwhile, each into the same room.
            self._make_room(self._max_bytes)
        except (OSError, NoRoom):
            return False
        return True

    def remove(self, sha256: str) -> None:
        """Remove the picture, if it is kept. A folder that is away keeps nothing for longer than a day without use."""
        with suppress(OSError):
            (self._folder / f"{sha256}{_ENDING}").unlink(missing_ok=True)

    def _write(self, sha256: str, pixels: NDArray[np.uint8]) -> None:
        """Under its name only when whole and on the disk: half a picture would show as black cells."""
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=_UNFINISHED, delete=False) as file:
            unfinished = Path(file.name)
            try:
                np.lib.format.write_array(file, pixels, allow_pickle=False)
                file.flush()
                os.fsync(file.fileno())
                unfinished.replace(self._folder / f"{sha256}{_ENDING}")
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise

    def _make_room(self, bytes_left: int) -> None:
        """Remove what nobody used for a day and what a killed process left, then the longest unused, down to `bytes_left`.

        A picture that is open meanwhile stays readable: its file is only unlinked.
        """
        now = time.time()
        kept: list[tuple[float, int, Path]] = []
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):
                facts = path.stat()
                unfinished = path.suffix == _UNFINISHED
                limit = _LONGEST_WRITE_SECONDS if unfinished else _UNUSED_SECONDS
                if now - max(facts.st_atime, facts.st_mtime) > limit:
                    path.unlink(missing_ok=True)
                else:
                    # What somebody is writing counts, and is not taken from them.
                    kept.append((now if unfinished else facts.st_atime, facts.st_size, path))
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept):
            if total <= bytes_left:
                return
            if path.suffix != _UNFINISHED:
                path.unlink(missing_ok=True)
                total -= size
