"""What decoding an image converts (rotation, 16 bits, grey, palette, transparency, colour profile), and the conversion."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING

import numpy as np
from PIL import Image, ImageCms, ImageOps
from PIL.ExifTags import Base as ExifTag

from cases.imaging.file_types import PNG, TIFF, Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS_PER_SAMPLE = 258
_SIXTEEN_BIT = 16
_UPRIGHT = 1
_BAND_ROWS = 64
_PROFILE_BAND_ROWS = 512
"""Where colours are converted by a profile: that is prepared anew for each band."""


def _orientation(picture: Image.Image) -> int:
    value = picture.getexif().get(ExifTag.Orientation, _UPRIGHT)
    return value if isinstance(value, int) else _UPRIGHT


def upright(picture: Image.Image) -> Image.Image:
    """Turn a loaded picture as its camera noted, in place: a copy of a large one is a quarter of a gigabyte."""
    # The TIFF decoder has turned the image already and dropped the tag; for the others this does it.
    if picture.format != "TIFF":
        ImageOps.exif_transpose(picture, in_place=True)
    return picture


def describe_conversions(picture: Image.Image, kind: Kind, file: IO[bytes]) -> list[str]:
    """Return what decoding this image converts, as sentences. Called before the pixels are loaded."""
    said = []
    if picture.format == "MPO" or getattr(picture, "n_frames", 1) > 1:
        sentence = "The file holds further images (previews or reduced copies); the first one is used."  # not translated here: cases.words
        said.append(sentence)
    if _orientation(picture) not in {0, _UPRIGHT}:
        said.append("Turned upright as the camera noted.")  # not translated here: cases.words
    if _bits_per_channel(picture, kind, file) == _SIXTEEN_BIT:
        said.append("Reduced from 16 to 8 bits per channel.")  # not translated here: cases.words
    if picture.mode in {"1", "L", "LA", "I;16", "I;16L", "I;16B", "I;16N"}:
        said.append("Grey image shown as RGB.")  # not translated here: cases.words
    elif picture.mode in {"P", "PA"}:
        said.append("Palette colours converted to RGB.")  # not translated here: cases.words
    elif picture.mode not in {"RGB", "RGBA", "RGBX", "RGBa"}:
        said.append(f"Converted from {picture.mode} to RGB.")  # not translated here: cases.words
    if _has_alpha(picture):
        said.append("Transparent parts laid on white.")  # not translated here: cases.words
    profile = _foreign_profile(picture)
    if profile is not None:
        said.append("Colours converted from the embedded colour profile to sRGB.")  # not translated here: cases.words
    return said


def _bits_per_channel(picture: Image.Image, kind: Kind, file: IO[bytes]) -> int:
    if picture.mode.startswith("I;16"):
        return _SIXTEEN_BIT
    if kind is PNG:
        # The decoder drops the low byte without a word; the header still says so.
        position = file.tell()
        file.seek(24)
        depth = file.read(1)[0]
        file.seek(position)
        return depth
    if kind is TIFF:
        return int(max(picture.tag_v2.get(_BITS_PER_SAMPLE, (8,))))  # type: ignore[attr-defined]
    return 8


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in {"LA", "PA", "RGBA", "RGBa", "La"} or "transparency" in picture.info


def _foreign_profile(picture: Image.Image) -> ImageCms.ImageCmsProfile | None:
    """Return the embedded profile when it can be used on this mode and is not sRGB anyway."""
    data = picture.info.get("icc_profile")
    if not data or picture.mode not in {"RGB", "CMYK"}:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        name = ImageCms.getProfileDescription(profile)
    except (ImageCms.PyCMSError, OSError):
        # A broken profile says nothing about colour; the pixels are read as sRGB, as every viewer does.
        return None
    if profile.profile.xcolor_space.strip() != picture.mode or "srgb" in name.casefold():  # type: ignore[attr-defined]
        return None
    return profile


def to_rgb(picture: Image.Image) -> NDArray[np.uint8]:
    """Return a loaded, upright image as (H, W, 3) uint8 in sRGB, transparency laid on white.

    A band at a time: a conversion holds up to four copies, and of a large picture each is a quarter of a gigabyte. Narrow
    bands use the same few pages again and again, which a forked child otherwise asks the system for one by one.
    """
    rgb = np.empty((picture.height, picture.width, 3), dtype=np.uint8)
    profile = _foreign_profile(picture)
    rows = _BAND_ROWS if profile is None and picture.mode != "LAB" else _PROFILE_BAND_ROWS
    for top in range(0, picture.height, rows):
        bottom = min(top + rows, picture.height)
        rgb[top:bottom] = np.asarray(_band_to_rgb(picture.crop((0, top, picture.width, bottom)), profile))
    return rgb


def _band_to_rgb(picture: Image.Image, profile: ImageCms.ImageCmsProfile | None) -> Image.Image:
    if picture.mode.startswith("I;16"):
        # 65535 / 255 = 257: white stays white, black stays black.
        deep = np.asarray(picture).astype(np.uint32)
        return Image.fromarray(((deep + 128) // 257).astype(np.uint8)).convert("RGB")
    if profile is not None:
        try:
            converted = ImageCms.profileToProfile(picture, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except ImageCms.PyCMSError:
            converted = None
        if converted is not None:
            return converted
    if picture.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        transform = ImageCms.buildTransform(lab, srgb, "LAB", "RGB")
        converted = ImageCms.applyTransform(picture, transform)
        return converted if converted is not None else picture.convert("RGB")
    if _has_alpha(picture):
        layered = picture.convert("RGBA")
        white = Image.new("RGBA", layered.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, layered).convert("RGB")
    return picture.convert("RGB")
