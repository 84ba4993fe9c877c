"""BMP: runs that are decoded one by one, and headers that lie."""

from __future__ import annotations

import struct

from tests.factories.hostile_files.kind import ACCEPTED, EITHER, hostile
from tests.factories.image_files import image_bytes


def drawn(
    width: int, height: int, *, bits: int = 8, compression: int = 0, colours: int = 256, data: bytes = b""
) -> bytes:
    """A bitmap with the header given, however wrong."""
    palette = bytes(1024)
    start = 14 + 40 + len(palette)
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 2835, 2835, colours, 0)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + palette + data


@hostile("image_over_budget")
def bmp_of_64_megapixels_in_runs():
    return drawn(8000, 8000, compression=1, data=b"\x00\x00" * 8000 + b"\x00\x01")


@hostile("image_over_budget")
def bmp_with_megabytes_of_empty_runs():
    return drawn(64, 64, compression=1, data=b"\x00\x02\x00\x00" * 1_000_000)


@hostile(EITHER)
def bmp_of_runs():
    return drawn(64, 64, compression=1, data=b"\x40\x07\x00\x00" * 64 + b"\x00\x01")


@hostile(EITHER)
def bmp_with_runs_past_every_line():
    return drawn(64, 64, compression=2, data=b"\xff\x12" * 1000)


@hostile("too_many_pixels")
def bmp_of_900_megapixels():
    return drawn(30_000, 30_000)


@hostile(ACCEPTED)
def bmp_from_top_to_bottom():
    return drawn(64, -64, data=bytes(64 * 64))


@hostile(EITHER)
def bmp_of_less_than_no_width():
    return drawn(-64, 64, data=bytes(64 * 64))


@hostile(EITHER)
def bmp_with_a_palette_of_billions():
    return drawn(64, 64, colours=2**31, data=bytes(64 * 64))


@hostile("image_damaged")
def bmp_cut_short():
    return image_bytes("BMP")[:2000]


@hostile("image_damaged")
def bmp_of_five_bits():
    return drawn(64, 64, bits=5, data=bytes(64 * 64))
