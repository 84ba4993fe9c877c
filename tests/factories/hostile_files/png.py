"""PNG: chunks without end, texts that unfold, headers that lie, palettes that lack colours."""

from __future__ import annotations

import struct
import zlib

from PIL import Image

from tests.factories.hostile_files.jpeg import exif_loop
from tests.factories.hostile_files.kind import ACCEPTED, EITHER, hostile
from tests.factories.image_files import encoded, image_bytes, noise, pixel_flood, rgb_16_bit_png, wrong_crc

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END_SIZE = 12


def chunk(name: bytes, body: bytes = b"") -> bytes:
    """A chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunks(*chunks: bytes) -> bytes:
    """A plain file with chunks after its header."""
    content = image_bytes("PNG")
    return content[:33] + b"".join(chunks) + content[33:]


def drawn(
    width: int = 64,
    height: int = 64,
    *,
    depth: int = 8,
    colour: int = 2,
    interlace: int = 0,
    rows: bytes = b"",
    extra=b"",
) -> bytes:
    """A file with the header given, however wrong, and `rows` as its pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return SIGNATURE + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND")


def bomb(size: int = 100_000_000) -> bytes:
    """Zeros that take a thousandth of their size."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)) + packer.flush()


@hostile("image_over_budget")
def png_with_very_many_empty_chunks():
    return with_chunks(chunk(b"teXt") * 200_000)


@hostile("image_over_budget")
def png_with_very_many_pieces_of_pixels():
    content = image_bytes("PNG")
    return content[:-END_SIZE] + chunk(b"IDAT") * 200_000 + content[-END_SIZE:]


@hostile("image_over_budget")
def png_with_many_compressed_texts():
    return with_chunks(chunk(b"zTXt", b"a\x00\x00" + bomb(1_000_000)) * 200)


@hostile("image_over_budget")
def png_with_a_megabyte_of_exif():
    return with_chunks(chunk(b"eXIf", exif_loop() + bytes(1_000_000)))


@hostile(EITHER)
def png_with_exif_in_a_circle():
    return with_chunks(chunk(b"eXIf", exif_loop()))


@hostile(EITHER)
def png_with_a_profile_that_unfolds():
    return with_chunks(chunk(b"iCCP", b"a\x00\x00" + bomb()))


@hostile(EITHER)
def png_with_a_text_that_unfolds():
    return with_chunks(chunk(b"zTXt", b"a\x00\x00" + bomb()))


@hostile(EITHER)
def png_with_an_international_text_that_unfolds():
    return with_chunks(chunk(b"iTXt", b"a\x00\x01\x00\x00\x00" + bomb()))


@hostile("too_many_pixels")
def png_that_states_exapixels():
    return drawn(2**31 - 1, 2**31 - 1)


@hostile("too_many_pixels")
def png_of_900_megapixels():
    return pixel_flood()


@hostile(EITHER)
def png_without_a_width():
    return drawn(0, 64)


@hostile("image_damaged")
def png_cut_inside_its_pixels():
    content = image_bytes("PNG")
    return content[: len(content) // 2]


@hostile("image_damaged")
def png_with_a_wrong_checksum():
    return wrong_crc()


@hostile("image_damaged")
def png_without_pixels():
    content = image_bytes("PNG")
    return content[:33] + content[-END_SIZE:]


@hostile(EITHER)
def png_without_its_palette():
    return drawn(colour=3, rows=bytes(65 * 64))


@hostile(EITHER)
def png_of_colours_that_its_palette_lacks():
    return drawn(colour=3, rows=(b"\x00" + b"\xff" * 64) * 64, extra=chunk(b"PLTE", b"\x10\x20\x30"))


@hostile(ACCEPTED)
def png_with_a_transparent_palette():
    return encoded(noise().quantize(16), "PNG", transparency=3)


@hostile(ACCEPTED)
def png_of_16_bits():
    return rgb_16_bit_png()


@hostile(ACCEPTED)
def png_of_one_bit():
    return encoded(Image.new("1", (64, 64)), "PNG")


@hostile(ACCEPTED)
def png_interlaced():
    return drawn(interlace=1, rows=bytes(20_000))


@hostile("several_pictures")
def png_animated():
    return image_bytes("PNG", save_all=True, append_images=[noise(seed=2)])


@hostile(ACCEPTED)
def png_with_a_program_behind_its_end():
    return image_bytes("PNG") + b"<?php system($_GET['c']); ?>" * 100_000


@hostile(EITHER)
def png_with_pixels_far_past_its_size():
    content = drawn()
    return content[:33] + chunk(b"IDAT", bomb()) + chunk(b"IEND")


@hostile("image_damaged")
def png_of_three_bits():
    return drawn(depth=3, rows=bytes(20_000))


@hostile("image_damaged")
def png_of_an_unknown_colour_type():
    return drawn(colour=5, rows=bytes(20_000))


@hostile("image_damaged")
def png_with_a_chunk_of_four_gigabytes():
    return with_chunks(b"\xff\xff\xff\xffteXt")
