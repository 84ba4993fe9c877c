"""JPEG: scans without end, frames that lie, EXIF that turns in circles, and other files behind the end marker."""

from __future__ import annotations

import io
import struct
import zipfile

from PIL import Image

from tests.factories.hostile_files.kind import ACCEPTED, EITHER, hostile
from tests.factories.image_files import encoded, image_bytes, noise

END = b"\xff\xd9"
_EMPTY_SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00"
"""The coefficients 1 to 63 of the first component, with nothing in them."""


def segment(marker: int, body: bytes) -> bytes:
    """A segment with its length."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def with_size(content: bytes, width: int, height: int) -> bytes:
    """The same file, with a frame that states another size."""
    for marker in (b"\xff\xc0", b"\xff\xc2"):
        at = content.find(marker)
        if at > 0:
            return content[: at + 5] + struct.pack(">HH", height, width) + content[at + 9 :]
    raise AssertionError


def with_scans(content: bytes, number: int) -> bytes:
    """A progressive file with `number` empty scans before its end."""
    return content[:-2] + _EMPTY_SCAN * number + END


def with_segments(*segments: bytes) -> bytes:
    """A plain file with segments after its beginning."""
    content = image_bytes("JPEG")
    return content[:2] + b"".join(segments) + content[2:]


def exif_loop() -> bytes:
    """A TIFF structure whose only directory follows itself and names itself as the EXIF directory."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    return b"II*\x00" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 8)


@hostile("image_over_budget")
def jpeg_with_thousands_of_scans():
    return with_size(with_scans(image_bytes("JPEG", progressive=True), 20_000), 8000, 8000)


@hostile("image_over_budget")
def jpeg_with_a_few_scans_of_the_largest_size():
    return with_size(with_scans(image_bytes("JPEG", progressive=True), 13), 8000, 8000)


@hostile("image_over_budget")
def jpeg_small_with_many_scans():
    return with_scans(image_bytes("JPEG", progressive=True), 1000)


@hostile("image_over_budget")
def jpeg_with_endless_segments():
    return with_segments(segment(0xE0, b"") * 200_000)


@hostile("image_over_budget")
def jpeg_with_a_megabyte_of_exif():
    return with_segments(*[segment(0xE1, b"Exif\x00\x00" + bytes(60_000))] * 20)


@hostile(EITHER)
def jpeg_with_megabytes_of_padding():
    return with_segments(b"\xff" * 2_000_000)


@hostile("too_many_pixels")
def jpeg_that_states_four_gigapixels():
    return with_size(image_bytes("JPEG"), 65_500, 65_500)


@hostile(EITHER)
def jpeg_without_a_height():
    return with_size(image_bytes("JPEG"), 80, 0)


@hostile("image_damaged")
def jpeg_cut_inside_its_scan():
    content = image_bytes("JPEG")
    return content[: len(content) // 2]


@hostile("image_damaged")
def jpeg_of_a_beginning_and_an_end():
    return b"\xff\xd8\xff\xd9"


@hostile("image_damaged")
def jpeg_cut_behind_a_whole_preview():
    preview = segment(0xE1, b"Exif\x00\x00" + image_bytes("JPEG", width=40, height=40)[:60_000])
    return with_segments(preview)[:-2]


@hostile(EITHER)
def jpeg_with_exif_in_a_circle():
    return with_segments(segment(0xE1, b"Exif\x00\x00" + exif_loop()))


@hostile(EITHER)
def jpeg_with_an_exif_directory_of_thousands():
    body = b"II*\x00" + struct.pack("<IH", 8, 5000) + struct.pack("<HHII", 0x010F, 2, 60_000, 8) * 5000
    return with_segments(segment(0xE1, b"Exif\x00\x00" + body))


@hostile(ACCEPTED)
def jpeg_cmyk():
    return encoded(noise().convert("CMYK"), "JPEG")


@hostile(ACCEPTED)
def jpeg_and_zip_in_one():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.html", "<script>alert(1)</script>" * 100)
    return image_bytes("JPEG") + archive.getvalue()


@hostile(ACCEPTED)
def jpeg_with_a_script_as_comment():
    return with_segments(segment(0xFE, b"<script>alert(1)</script>*/=1;/*"))


@hostile(ACCEPTED)
def jpeg_with_a_second_image_behind():
    return image_bytes("MPO", save_all=True, append_images=[noise(seed=2)])


@hostile(EITHER)
def jpeg_of_twelve_bits():
    content = bytearray(image_bytes("JPEG"))
    content[content.find(b"\xff\xc0") + 4] = 12
    return bytes(content)


@hostile("image_damaged")
def jpeg_without_tables():
    return image_bytes("JPEG").replace(b"\xff\xdb", b"\xff\xfe")


@hostile(EITHER)
def jpeg_that_says_it_is_arithmetic_coded():
    return image_bytes("JPEG").replace(b"\xff\xc0", b"\xff\xc9", 1)


@hostile(ACCEPTED)
def jpeg_with_a_broken_profile():
    return image_bytes("JPEG", icc_profile=b"\x00" * 5000)


@hostile(EITHER)
def jpeg_with_two_frames():
    content = image_bytes("JPEG")
    start = content.find(b"\xff\xc0")
    frame = content[start : start + 19]
    return content[:start] + frame + content[start:]


@hostile(ACCEPTED)
def jpeg_progressive_as_cameras_write_it():
    return encoded(Image.new("L", (300, 200), 90), "JPEG", progressive=True)
