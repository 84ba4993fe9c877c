"""TIFF: directories in chains and circles, tiles larger than a house, entries that all point to the same bytes."""

from __future__ import annotations

import struct

import numpy as np
from PIL import Image

from tests.factories.hostile_files.jpeg import with_scans
from tests.factories.hostile_files.kind import ACCEPTED, EITHER, hostile
from tests.factories.image_files import encoded, grey_16_bit, image_bytes, noise

SHORT, LONG = 3, 4
WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, OFFSETS, SAMPLES, ROWS, BYTES = (
    256, 257, 258, 259, 262, 273, 277, 278, 279,
)  # fmt: skip
TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_BYTES = 322, 323, 324, 325

Entries = dict[int, tuple[int, int, int]]


def directory(entries: Entries, *, following: int = 0) -> bytes:
    """A directory of tag: (type, count, value or offset)."""
    rows = b"".join(struct.pack("<HHII", tag, *entry) for tag, entry in sorted(entries.items()))
    return struct.pack("<H", len(entries)) + rows + struct.pack("<I", following)


def grey(width: int = 64, height: int = 64, **changed: tuple[int, int, int]) -> Entries:
    """The entries of a grey picture in one strip that starts at byte 8."""
    entries = {
        WIDTH: (LONG, 1, width),
        LENGTH: (LONG, 1, height),
        BITS: (SHORT, 1, 8),
        COMPRESSION: (SHORT, 1, 1),
        PHOTOMETRIC: (SHORT, 1, 1),
        OFFSETS: (LONG, 1, 8),
        SAMPLES: (SHORT, 1, 1),
        ROWS: (LONG, 1, height),
        BYTES: (LONG, 1, width * height),
    }
    return entries | {globals()[name]: entry for name, entry in changed.items()}


def built(entries: Entries, *, data: bytes = bytes(64 * 64), following: int = 0) -> bytes:
    """A file of `data` and one directory behind it."""
    head = b"II*\x00" + struct.pack("<I", 8 + len(data))
    return head + data + directory(entries, following=following)


def tiled(tile: int, *, compression: int = 8) -> bytes:
    """A picture of 64 x 64 pixels in one tile of another size."""
    entries = grey(
        COMPRESSION=(SHORT, 1, compression),
        TILE_WIDTH=(LONG, 1, tile),
        TILE_LENGTH=(LONG, 1, tile),
        TILE_OFFSETS=(LONG, 1, 8),
        TILE_BYTES=(LONG, 1, 4096),
    )
    for tag in (OFFSETS, ROWS, BYTES):
        del entries[tag]
    return built(entries)


@hostile("image_over_budget")
def tiff_with_one_tile_of_two_gigapixels():
    return tiled(46_336)


@hostile("image_over_budget")
def tiff_with_a_tile_of_a_gigapixel_in_lzw():
    return tiled(32_768, compression=5)


@hostile("several_pictures")
def tiff_with_30_000_directories():
    size = len(directory(grey()))
    pages = b"".join(directory(grey(), following=8 + 4096 + size * number) for number in range(1, 30_000))
    return b"II*\x00" + struct.pack("<I", 8 + 4096) + bytes(4096) + pages + directory(grey())


@hostile("image_damaged")
def tiff_with_directories_in_a_circle():
    size = len(directory(grey()))
    start = 8 + 4096
    pages = directory(grey(), following=start + size) + directory(grey(), following=start)
    return b"II*\x00" + struct.pack("<I", start) + bytes(4096) + pages


@hostile("image_damaged")
def tiff_with_a_directory_that_follows_itself():
    return built(grey(), following=8 + 4096)


@hostile("image_over_budget")
def tiff_with_a_million_strips():
    return built(grey(OFFSETS=(LONG, 1_000_000, 8), BYTES=(LONG, 1_000_000, 8)), data=bytes(4_000_000))


@hostile("image_over_budget")
def tiff_with_strips_that_are_the_whole_file_each():
    sizes = struct.pack("<I", 2_000_000) * 4000
    data = sizes + bytes(2_000_000)
    return built(grey(64, 4000, ROWS=(LONG, 1, 1), OFFSETS=(LONG, 4000, 8), BYTES=(LONG, 4000, 8)), data=data)


@hostile("image_over_budget")
def tiff_with_entries_that_are_the_whole_file_each():
    return built(grey() | {40_000 + number: (1, 1_000_000, 8) for number in range(1000)}, data=bytes(1_000_000))


@hostile("image_over_budget")
def tiff_with_a_directory_of_60_000_entries():
    return built(grey() | dict.fromkeys(range(1000, 61000), (SHORT, 1, 0)))


@hostile("image_damaged")
def tiff_big_that_starts_beyond_its_end():
    return b"II+\x00\x08\x00\x00\x00" + struct.pack("<Q", 2**62) + bytes(64)


@hostile("image_damaged")
def tiff_that_starts_beyond_its_end():
    return b"II*\x00" + struct.pack("<I", 2**31) + bytes(64)


@hostile(ACCEPTED)
def tiff_big():
    return image_bytes("TIFF", big_tiff=True)


@hostile("image_over_budget")
def tiff_with_thousands_of_scans_inside():
    scans = with_scans(image_bytes("JPEG", width=64, height=64, progressive=True), 5000)
    return built(grey(COMPRESSION=(SHORT, 1, 7), BYTES=(LONG, 1, len(scans))), data=scans)


@hostile("image_depth")
def tiff_of_floating_point_numbers():
    return encoded(Image.fromarray(np.zeros((64, 64), dtype=np.float32)), "TIFF")


@hostile(ACCEPTED)
def tiff_cmyk():
    return encoded(noise().convert("CMYK"), "TIFF")


@hostile("several_pictures")
def tiff_of_pages():
    return image_bytes("TIFF", save_all=True, append_images=[noise(seed=2)])


@hostile(EITHER)
def tiff_without_a_width():
    return built(grey(0, 64))


@hostile("image_damaged")
def tiff_of_65_535_channels():
    return built(grey(SAMPLES=(SHORT, 1, 65_535)))


@hostile("image_damaged")
def tiff_of_an_unknown_compression():
    return built(grey(COMPRESSION=(SHORT, 1, 9999)))


@hostile("too_many_pixels")
def tiff_that_states_four_gigapixels():
    return built(grey(65_000, 65_000))


@hostile(ACCEPTED)
def tiff_of_16_bits():
    return grey_16_bit("TIFF")


@hostile(EITHER)
def tiff_with_entries_of_unknown_types():
    return built(grey() | {40_000: (99, 2**31, 8), 40_001: (0, 2**32 - 1, 2**32 - 1)})


@hostile("image_damaged")
def tiff_cut_inside_its_strips():
    content = image_bytes("TIFF", compression="tiff_lzw")
    return content[: len(content) // 2]


@hostile(ACCEPTED)
def tiff_with_a_plain_strip():
    return built(grey())
