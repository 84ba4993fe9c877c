"""WebP: the canvas is allocated before anybody compares its size with a limit, and every chunk is a step of its own."""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING

from cases.imaging.structure.refusals import MOST_EXIF_BYTES, OverBudgetError, TooManyPixelsError

if TYPE_CHECKING:
    from cases.imaging.limits import Limits

_HEADER_SIZE = 12
_ENOUGH = 10
"""How many bytes of a chunk hold the size of a picture, at most."""


def check_webp(file: IO[bytes], limits: Limits) -> None:
    """Count the chunks and read the size of the picture; where they break off, the decoder says so."""
    file.seek(_HEADER_SIZE)
    for _ in range(limits.max_chunks):
        header = file.read(8)
        if len(header) < 8:
            return
        name, length = struct.unpack("<4sI", header)
        start = file.tell()
        width, height = _size(name, file.read(_ENOUGH))
        if width * height > limits.max_pixels:
            raise TooManyPixelsError(width, height)
        if name == b"EXIF" and length > MOST_EXIF_BYTES:
            message = f"{length} bytes of EXIF"  # not translated
            raise OverBudgetError(message)
        # Chunks are padded to an even length.
        file.seek(start + length + length % 2)
    message = f"more than {limits.max_chunks} chunks"
    raise OverBudgetError(message)


def _size(name: bytes, head: bytes) -> tuple[int, int]:
    """The width and height that the beginning of a chunk states, px; (0, 0) for a chunk that states none."""
    if len(head) < _ENOUGH:
        return 0, 0
    if name == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if name == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if name == b"VP8 ":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    return 0, 0
