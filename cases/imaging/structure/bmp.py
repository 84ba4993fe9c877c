"""BMP: run-length coded bitmaps are decoded a run at a time, slowly; every other bitmap is as long as its pixels."""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING

from cases.imaging.structure.refusals import OverBudgetError

if TYPE_CHECKING:
    from cases.imaging.limits import Limits

MOST_RUN_LENGTH_PIXELS = 4_000_000
_RUN_LENGTH = {1, 2}
_OLD_HEADER = 12


def check_bmp(file: IO[bytes], limits: Limits) -> None:
    """Refuse a run-length coded bitmap that is large, or longer than its pixels can need."""
    file.seek(14)
    header = file.read(20)
    if len(header) < 20:
        return
    size, width, height, _planes, _bits, compression = struct.unpack("<IiiHHI", header)
    if size == _OLD_HEADER or compression not in _RUN_LENGTH:
        return
    pixels = abs(width * height)
    length = file.seek(0, 2)
    if pixels > min(MOST_RUN_LENGTH_PIXELS, limits.max_pixels) or length > 2 * pixels + 64 * 1024:
        message = f"{pixels} run-length coded pixels in {length} bytes"  # not translated
        raise OverBudgetError(message)
