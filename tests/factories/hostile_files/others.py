"""What passes for an image and is something else, and images that begin and do not go on."""

from __future__ import annotations

import random

from tests.factories.hostile_files.kind import hostile
from tests.factories.image_files import encoded, image_bytes, noise


@hostile("unsupported_media")
def gif():
    return encoded(noise(), "GIF")


@hostile("unsupported_media")
def svg_with_a_script():
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@hostile("unsupported_media")
def page_with_an_image_behind():
    return b"<!DOCTYPE html><script>alert(1)</script>" + image_bytes("JPEG")


@hostile("unsupported_media")
def archive_with_an_image_behind():
    return b"PK\x03\x04" + image_bytes("PNG")


@hostile("unsupported_media")
def document_with_an_image_inside():
    return b"%PDF-1.7\n" + image_bytes("JPEG")


@hostile("unsupported_media")
def nothing():
    return b""


@hostile("unsupported_media")
def one_byte():
    return b"\xff"


@hostile("unsupported_media")
def noise_of_a_megabyte():
    return random.Random(9).randbytes(1_000_000)


@hostile("unsupported_media")
def image_of_a_format_that_is_not_taken():
    return b"\x00\x00\x00\x18ftypavif" + bytes(4000)


@hostile("image_damaged")
def jpeg_signature_alone():
    return b"\xff\xd8\xff"


@hostile("image_damaged")
def png_signature_alone():
    return b"\x89PNG\r\n\x1a\n"


@hostile("image_damaged")
def tiff_signature_alone():
    return b"MM\x00*"


@hostile("image_damaged")
def webp_signature_alone():
    return b"RIFF\x00\x00\x00\x00WEBP"


@hostile("image_damaged")
def bmp_header_alone():
    return b"BM" + bytes(12) + b"\x28\x00\x00\x00"
