"""From the bytes somebody sent to an upright RGB picture, or to a sentence saying why not. No database.

The type is taken from the content, never from the name. A picture is accepted only after every pixel was
decoded under a cap, so whatever is stored can be opened again by the worker. What had to be converted on
the way (rotation, CMYK, 16 bits, grey, palette, transparency, colour profile) is said in sentences.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np
from PIL import Image, ImageCms, ImageOps
from PIL.ExifTags import Base as ExifTag

from cases.filetypes import ACCEPTED_SENTENCE, JPEG, PNG, TIFF, Kind, sniff
from cases.integrity import check_jpeg_end, check_png_chunks
from hematovision.errors import TooLarge, Unprocessable, UnsupportedMedia

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

MIN_SIDE_PX = 32
"""Smaller than this there is no cell to see at any magnification."""

MAX_EXTRA_FRAMES = 16
_NEW_SUBFILE_TYPE, _SUBFILE_TYPE, _BITS_PER_SAMPLE = 254, 255, 258
_REDUCED_OR_MASK = 0b101
_OLD_REDUCED = 2
_SIXTEEN_BIT = 16
_UPRIGHT = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted: `max_pixels` of one picture, `min_side` in pixels."""

    max_pixels: int
    min_side: int = MIN_SIDE_PX


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What a picture is: its real type, its upright size in pixels, and what is converted on reading it."""

    media_type: str
    width: int
    height: int
    conversions: tuple[str, ...]


def examine(file: IO[bytes], *, limits: Limits) -> ImageFacts:
    """Decode the whole picture and return its facts; the file is left at an undefined position.

    Raises `UnsupportedMedia` (not a picture we take), `TooLarge` (too many pixels) or `Unprocessable`
    (damaged, animated, too small), each with the sentence shown beside the file.
    """
    kind = _accepted_kind(file)
    with _decoding(kind), _opened(file, kind, limits) as picture:
        conversions = _describe(picture, kind, file)
        picture.load()
        width, height = _upright(picture).size
    return ImageFacts(kind.media_type, width, height, tuple(conversions))


def load_rgb(file: IO[bytes], *, limits: Limits) -> NDArray[np.uint8]:
    """Return the picture upright as (H, W, 3) uint8 sRGB; raises as `examine` does."""
    kind = _accepted_kind(file)
    with _decoding(kind), _opened(file, kind, limits) as picture:
        picture.load()
        return np.asarray(_to_rgb(_upright(picture)), dtype=np.uint8)


def encode_jpeg(rgb: NDArray[np.uint8], *, quality: int = 95, longest_side: int | None = None) -> bytes:
    """Return (H, W, 3) uint8 sRGB as a JPEG that carries no metadata, shrunk to `longest_side` px if larger."""
    picture = Image.fromarray(rgb)
    if longest_side is not None:
        picture.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    # 4:4:4: halving the colour resolution smears the granules a class is told by.
    picture.save(buffer, "JPEG", quality=quality, subsampling=0, optimize=True)
    return buffer.getvalue()


def crop_around(rgb: NDArray[np.uint8], box: tuple[int, int, int, int], *, span: int, size: int) -> NDArray[np.uint8]:
    """Return the square of `span` px centred on `box` (x, y, width, height), scaled to (size, size, 3).

    Beyond the picture's edge the nearest pixel is repeated, never black: black reads as a nucleus.
    """
    x, y, width, height = box
    left, top = round(x + width / 2 - span / 2), round(y + height / 2 - span / 2)
    rows = np.clip(np.arange(top, top + span), 0, rgb.shape[0] - 1)
    columns = np.clip(np.arange(left, left + span), 0, rgb.shape[1] - 1)
    square = Image.fromarray(rgb[np.ix_(rows, columns)])
    return np.asarray(square.resize((size, size), Image.Resampling.LANCZOS), dtype=np.uint8)


def _accepted_kind(file: IO[bytes]) -> Kind:
    file.seek(0)
    kind = sniff(file.read(4096))
    if not kind.accepted:
        sentence = f"This is {kind.name}. {ACCEPTED_SENTENCE}"
        raise UnsupportedMedia(sentence, details={"found": kind.media_type})
    return kind


@contextmanager
def _decoding(kind: Kind) -> Iterator[None]:
    """Turn whatever the decoder trips over into one sentence.

    Decoders meet hostile bytes with any exception there is (struct, zlib, index, type errors), so here, and
    only here, everything but our own refusals and exhausted memory means that the picture is damaged.
    """
    try:
        yield
    except (TooLarge, Unprocessable, UnsupportedMedia, MemoryError):
        raise
    except Exception as error:
        sentence = f"This {kind.name_alone} picture is damaged or incomplete and cannot be read. Send it again."
        raise Unprocessable(sentence, code="image_damaged") from error


@contextmanager
def _opened(file: IO[bytes], kind: Kind, limits: Limits) -> Iterator[Image.Image]:
    if kind is PNG:
        check_png_chunks(file)
    elif kind is JPEG:
        check_jpeg_end(file)
    file.seek(0)
    try:
        picture = Image.open(file, formats=[kind.pillow_format])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(limits) from error
    # Not `with picture`: that would close the caller's file.
    _check_size(picture, limits)
    _check_frames(picture, kind)
    _check_mode(picture)
    yield picture


def _too_many_pixels(limits: Limits, size: tuple[int, int] | None = None) -> TooLarge:
    limit = f"{limits.max_pixels / 1e6:g} megapixels"
    found = "too many pixels" if size is None else f"{size[0]} x {size[1]} pixels"
    return TooLarge(
        f"The picture has {found}. At most {limit} are accepted.",
        code="too_many_pixels",
        details={"max_pixels": limits.max_pixels},
    )


def _check_size(picture: Image.Image, limits: Limits) -> None:
    width, height = picture.size
    if width * height > limits.max_pixels:
        raise _too_many_pixels(limits, picture.size)
    if min(width, height) < limits.min_side:
        sentence = (
            f"The picture has {width} x {height} pixels. "
            f"At least {limits.min_side} x {limits.min_side} are needed to see a cell."
        )
        raise Unprocessable(sentence, code="image_too_small", details={"min_side": limits.min_side})


def _check_mode(picture: Image.Image) -> None:
    if picture.mode in {"I", "F"}:
        sentence = "The picture has 32 bits per channel. Save it with 8 or 16 bits per channel and send that."
        raise Unprocessable(sentence, code="image_depth")


def _check_frames(picture: Image.Image, kind: Kind) -> None:
    """Refuse animations and stacks; let pass what only carries smaller copies of its first picture."""
    if picture.format == "MPO" or getattr(picture, "n_frames", 1) == 1:
        return
    if kind is not TIFF:
        sentence = f"This {kind.name_alone} picture is animated. Send a single still picture."
        raise Unprocessable(sentence, code="several_pictures")
    if not _extra_frames_are_copies(picture):
        sentence = "This TIFF holds several pictures (a stack or several pages). Send each as a file of its own."
        raise Unprocessable(sentence, code="several_pictures")


def _extra_frames_are_copies(picture: Image.Image) -> bool:
    """Whether every frame after the first is marked as a reduced copy or mask, or is clearly a thumbnail."""
    width, height = picture.size
    copies = True
    for number in range(1, MAX_EXTRA_FRAMES + 2):
        try:
            picture.seek(number)
        except EOFError:
            break
        tags = picture.tag_v2  # type: ignore[attr-defined]
        marked = tags.get(_NEW_SUBFILE_TYPE, 0) & _REDUCED_OR_MASK or tags.get(_SUBFILE_TYPE) == _OLD_REDUCED
        is_thumbnail = picture.width * 2 <= width and picture.height * 2 <= height
        if number > MAX_EXTRA_FRAMES or not (marked or is_thumbnail):
            copies = False
            break
    picture.seek(0)
    return copies


def _orientation(picture: Image.Image) -> int:
    value = picture.getexif().get(ExifTag.Orientation, _UPRIGHT)
    return value if isinstance(value, int) else _UPRIGHT


def _upright(picture: Image.Image) -> Image.Image:
    # The TIFF decoder has turned the picture already and dropped the tag; for the others this does it.
    return picture if picture.format == "TIFF" else ImageOps.exif_transpose(picture)


def _describe(picture: Image.Image, kind: Kind, file: IO[bytes]) -> list[str]:
    """Return what reading this picture converts, as sentences. Called before the pixels are loaded."""
    said = []
    if picture.format == "MPO" or getattr(picture, "n_frames", 1) > 1:
        said.append("The file holds further pictures (previews or reduced copies); the first one is used.")
    if _orientation(picture) not in {0, _UPRIGHT}:
        said.append("Turned upright as the camera noted.")
    if _bits_per_channel(picture, kind, file) == _SIXTEEN_BIT:
        said.append("Reduced from 16 to 8 bits per channel.")
    if picture.mode in {"1", "L", "LA", "I;16", "I;16L", "I;16B", "I;16N"}:
        said.append("Grey picture shown as RGB.")
    elif picture.mode in {"P", "PA"}:
        said.append("Palette colours converted to RGB.")
    elif picture.mode not in {"RGB", "RGBA", "RGBX", "RGBa"}:
        said.append(f"Converted from {picture.mode} to RGB.")
    if _has_alpha(picture):
        said.append("Transparent parts laid on white.")
    profile = _foreign_profile(picture)
    if profile is not None:
        said.append("Colours converted from the embedded colour profile to sRGB.")
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


def _to_rgb(picture: Image.Image) -> Image.Image:
    """Return a loaded, upright picture as RGB in sRGB, transparency laid on white."""
    if picture.mode.startswith("I;16"):
        # 65535 / 255 = 257: white stays white, black stays black.
        deep = np.asarray(picture).astype(np.uint32)
        return Image.fromarray(((deep + 128) // 257).astype(np.uint8)).convert("RGB")
    profile = _foreign_profile(picture)
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
