"""WebP: the canvas is allocated before anybody looks at its size, and every chunk is a step of its own."""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING

from cases.imaging.structure.refusals import MOST_EXIF_BYTES, OverBudgetError

if TYPE_CHECKING:
    from cases.imaging.limits import Limits

_HEADER_SIZE = 12


def check_webp(file: IO[bytes], limits: Limits) -> None:
    """Count the chunks and read the size of the canvas; where they break off, the decoder says so."""
    file.seek(_HEADER_SIZE)
    for _ in range(limits.max_chunks):
        header = file.read(8)
        if len(header) < 8:
            return
        name, length = struct.unpack("<4sI", header)
        start = file.tell()
        if name == b"VP8X":
            canvas = file.read(10)
            pixels = (1 + int.from_bytes(canvas[4:7], "little")) * (1 + int.from_bytes(canvas[7:10], "little"))
            if pixels > limits.max_pixels:
                message = f"a canvas of {pixels} pixels"
                raise OverBudgetError(message)
        if name == b"EXIF" and length > MOST_EXIF_BYTES:
            message = f"{length} bytes of EXIF"
            raise OverBudgetError(message)
        # Chunks are padded to an even length.
        file.seek(start + length + length % 2)
    message = f"more than {limits.max_chunks} chunks"
    raise OverBudgetError(message)
