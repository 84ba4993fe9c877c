"""Damage a decoder passes over: checksums it skips and ends it does not wait for. No database."""

from __future__ import annotations

import struct
import zlib
from typing import IO

_PNG_SIGNATURE_SIZE = 8
# Hundreds at most in a real file; millions of empty ones are an attempt to keep us busy.
_MOST_SEGMENTS = 10_000
_JPEG_SCAN, _JPEG_END = b"\xff\xda", b"\xff\xd9"


def check_png_chunks(file: IO[bytes]) -> None:
    """Check every chunk's CRC and the end marker: the decoder skips both and shows what is left."""
    file.seek(_PNG_SIGNATURE_SIZE)
    name = b""
    while name != b"IEND":
        header = file.read(8)
        length, name = struct.unpack(">I4s", header)
        body = file.read(length)
        (stated,) = struct.unpack(">I", file.read(4))
        if len(body) != length or zlib.crc32(body, zlib.crc32(name)) != stated:
            message = "a PNG chunk does not match its checksum"
            raise ValueError(message)


def check_jpeg_end(file: IO[bytes]) -> None:
    """Check that an end marker follows the image's first scan: the decoder is content without one."""
    file.seek(2)
    for _ in range(_MOST_SEGMENTS):
        marker, length = struct.unpack(">2sH", file.read(4))
        if marker == _JPEG_SCAN:
            break
        if marker == b"\xff\xff":
            # Any number of fill bytes may stand before a marker.
            file.seek(-3, 1)
            continue
        # Segments before the scan are stepped over whole: a preview inside one has end markers of its own.
        file.seek(length - 2, 1)
    else:
        message = "the JPEG has too many segments before its image"
        raise ValueError(message)
    if _JPEG_END not in file.read():
        message = "the JPEG ends before its end marker"
        raise ValueError(message)
