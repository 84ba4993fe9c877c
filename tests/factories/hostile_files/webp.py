"""WebP: canvases without a picture, chunks without end, lengths that lie."""

from __future__ import annotations

import struct

from tests.factories.hostile_files.jpeg import exif_loop
from tests.factories.hostile_files.kind import ACCEPTED, EITHER, hostile
from tests.factories.image_files import image_bytes, noise


def riff(*chunks: bytes) -> bytes:
    """A file of chunks."""
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunk(name: bytes, body: bytes = b"") -> bytes:
    """A chunk with its length, padded."""
    return name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)


def canvas(width: int, height: int, *, flags: int = 0) -> bytes:
    """The chunk that states how large everything is."""
    return chunk(
        b"VP8X", bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    )


def _picture() -> bytes:
    return image_bytes("WEBP")[12:]


@hostile("too_many_pixels")
def webp_with_a_canvas_of_268_megapixels():
    return riff(canvas(16_384, 16_384), _picture())


@hostile("too_many_pixels")
def webp_lossless_that_states_268_megapixels():
    return riff(chunk(b"VP8L", b"\x2f" + struct.pack("<I", 0x3FFF | 0x3FFF << 14) + bytes(64)))


@hostile("too_many_pixels")
def webp_that_states_268_megapixels():
    return riff(chunk(b"VP8 ", b"\x10\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f" + bytes(64)))


@hostile("several_pictures")
def webp_animated():
    return image_bytes("WEBP", save_all=True, append_images=[noise(seed=2)])


@hostile("image_over_budget")
def webp_with_very_many_chunks():
    return riff(canvas(80, 60), chunk(b"JUNK") * 100_000, _picture())


@hostile("image_over_budget")
def webp_with_a_megabyte_of_exif():
    return riff(canvas(80, 60, flags=8), _picture(), chunk(b"EXIF", exif_loop() + bytes(1_000_000)))


@hostile(EITHER)
def webp_with_exif_in_a_circle():
    return riff(canvas(80, 60, flags=8), _picture(), chunk(b"EXIF", exif_loop()))


@hostile("image_damaged")
def webp_cut_short():
    return image_bytes("WEBP")[:200]


@hostile(EITHER)
def webp_that_states_another_length():
    content = image_bytes("WEBP")
    return content[:4] + struct.pack("<I", 2**32 - 2) + content[8:]


@hostile(EITHER)
def webp_with_a_canvas_of_another_size():
    return riff(canvas(4000, 4000), _picture())


@hostile(ACCEPTED)
def webp_lossless():
    return image_bytes("WEBP", lossless=True)
