"""JPEG: each scan of a progressive image goes over all of its pixels again."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

from cases.imaging.structure.refusals import MOST_EXIF_BYTES, OverBudgetError, TooManyPixelsError

if TYPE_CHECKING:
    from cases.imaging.limits import Limits

MOST_PASSES = 12
"""How often every pixel of the largest picture may be gone over; smaller pictures may have more scans for it."""

# Inside a scan an 0xFF of the data is followed by 0x00 or a restart marker; before a marker any number may be padding.
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_END, _SCAN, _APP1 = 0xD9, 0xDA, 0xE1
_WITHOUT_LENGTH = {0xD8, 0x01}
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Tables may be sent anew before each scan; nobody sends this many.
_MOST_SEGMENTS = 20_000


def check_jpeg(file: IO[bytes], limits: Limits) -> None:
    """Count scans up to the end marker, each against the size that the frame header states."""
    file.seek(0)
    data = file.read()
    scans = pixels = exif = segments = 0
    position = 2
    while found := _MARKER.search(data, position):
        marker, position = found[1][0], found.end()
        if marker == _END and scans:
            return
        if marker in _WITHOUT_LENGTH or marker == _END:
            continue
        length = int.from_bytes(data[position : position + 2])
        if marker in _FRAMES:
            height, width = (int.from_bytes(data[position + at : position + at + 2]) for at in (3, 5))
            if height * width > limits.max_pixels:
                raise TooManyPixelsError(width, height)
            pixels = max(pixels, height * width)
        elif marker == _APP1 and data[position + 2 : position + 6] == b"Exif":
            exif += length
        scans += marker == _SCAN
        segments += 1
        if scans > limits.max_scans or scans * pixels > MOST_PASSES * limits.max_pixels:
            message = f"{scans} scans of {pixels} pixels"  # not translated
            raise OverBudgetError(message)
        if segments > _MOST_SEGMENTS or exif > MOST_EXIF_BYTES:
            message = f"{segments} segments, {exif} bytes of EXIF"  # not translated
            raise OverBudgetError(message)
        position += max(length, 2)
