"""Pictures as files: every format, mode and defect an upload may have."""

from __future__ import annotations

import io
import zlib

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def noise(width: int = 80, height: int = 60, seed: int = 1) -> Image.Image:
    """An RGB picture no two seeds of which are equal."""
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 255, (height, width, 3), dtype=np.uint8))


def encoded(picture: Image.Image, form: str = "PNG", **options) -> bytes:
    """The bytes of `picture` in a format."""
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def image_bytes(form: str = "PNG", *, seed: int = 1, width: int = 80, height: int = 60, **options) -> bytes:
    """The bytes of a noise picture in a format."""
    return encoded(noise(width, height, seed), form, **options)


def upload(content: bytes | None = None, name: str = "smear.png", media_type: str = "image/png", *, seed: int = 1):
    """A file as it arrives in a request; its name and type are what the sender claims."""
    content = image_bytes(seed=seed) if content is None else content
    return SimpleUploadedFile(name, content, content_type=media_type)


def grey_16_bit(form: str = "PNG") -> bytes:
    """A grey ramp of 16 bits, black to white."""
    ramp = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    return encoded(Image.fromarray(ramp), form)


def rgb_16_bit_png(width: int = 40, height: int = 40) -> bytes:
    """A PNG with 16 bits in each of three channels, which Pillow reads and does not write: all 0x8040."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([16, 2, 0, 0, 0])
    rows = (b"\x00" + b"\x80\x40" * 3 * width) * height
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def with_exif(form: str = "JPEG", *, orientation: int = 1, width: int = 80, height: int = 60) -> bytes:
    """A picture whose EXIF says where and of whom it was taken: red above, blue below as stored."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[: height // 2, :, 0] = 255
    pixels[height // 2 :, :, 2] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "PATIENT Okonkwo Adaeze"
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 30.0)
    return encoded(Image.fromarray(pixels), form, exif=exif)


def pixel_flood() -> bytes:
    """A small file that unfolds to 900 megapixels."""
    return encoded(Image.new("1", (30_000, 30_000)), "PNG")


def wrong_crc() -> bytes:
    """A PNG with one bit of its pixel data turned over."""
    content = bytearray(image_bytes("PNG"))
    content[len(content) // 2] ^= 1
    return bytes(content)
