"""From the bytes somebody sent to an upright RGB image, or to a sentence saying why not. No database.

The type is taken from the content, never from the name. An image is accepted only after every pixel was
decoded under a cap, so whatever is stored can be opened again by the worker. What had to be converted on
the way (rotation, CMYK, 16 bits, grey, palette, transparency, colour profile) is said in sentences.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from PIL import Image

from cases.imaging.camera import camera_of
from cases.imaging.conversion import describe_conversions, to_rgb, upright
from cases.imaging.file_types import ACCEPTED_SENTENCE, JPEG, PNG, TIFF, Kind, sniff
from cases.imaging.integrity import check_jpeg_end, check_png_chunks
from cases.imaging.limits import Limits
from cases.imaging.structure import (
    MAX_EXTRA_FRAMES,
    OverBudgetError,
    SeveralPicturesError,
    TooManyPixelsError,
    check_structure,
)
from hematovision.errors import TooLarge, Unprocessable, UnsupportedMedia

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

_NEW_SUBFILE_TYPE, _SUBFILE_TYPE = 254, 255
_REDUCED_OR_MASK = 0b101
_OLD_REDUCED = 2


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What an image is: its real type, its upright size in pixels, what is converted on decoding it, and its camera."""

    media_type: str
    width: int
    height: int
    conversions: tuple[str, ...]
    camera: str = ""


def examine(file: IO[bytes], *, limits: Limits) -> ImageFacts:
    """Decode the whole image and return its facts; the file is left at an undefined position.

    Raises `UnsupportedMedia` (not an image we take), `TooLarge` (too many pixels) or `Unprocessable`
    (damaged, animated, too small, too costly to decode), each with the sentence shown beside the file. How much memory
    and time decoding takes is bounded only where this runs in a child: see `cases.decoding`.
    """
    kind = _accepted_kind(file)
    with _decoding(kind), _opened(file, kind, limits) as picture:
        conversions = describe_conversions(picture, kind, file)
        camera = camera_of(picture)
        picture.load()
        width, height = upright(picture).size
    return ImageFacts(kind.media_type, width, height, tuple(conversions), camera)


def load_rgb(file: IO[bytes], *, limits: Limits) -> NDArray[np.uint8]:
    """Return the image upright as (H, W, 3) uint8 sRGB; raises as `examine` does."""
    kind = _accepted_kind(file)
    with _decoding(kind), _opened(file, kind, limits) as picture:
        picture.load()
        return to_rgb(upright(picture))


def _accepted_kind(file: IO[bytes]) -> Kind:
    file.seek(0)
    kind = sniff(file.read(4096))
    if not kind.accepted:
        sentence = f"This is {kind.name}. {ACCEPTED_SENTENCE}"
        raise UnsupportedMedia(sentence, details={"found": kind.media_type})
    return kind


def over_budget() -> Unprocessable:
    """Return the refusal of an image that would take more time or memory than one image may."""
    sentence = (
        "Opening this image would take far more time or memory than an image of its size needs. "  # not translated here: cases.words
        "Open it in an image program, save it anew and send that."
    )
    return Unprocessable(sentence, code="image_over_budget")


def damaged(kind: str = "") -> Unprocessable:
    """Return the refusal of an image of a `kind`, if it is known, that a decoder cannot read to its end."""
    what = f"This {kind} image" if kind else "This image"  # not translated here: cases.words
    sentence = f"{what} is damaged or incomplete and cannot be read. Send it again."  # not translated here: cases.words
    return Unprocessable(sentence, code="image_damaged")


@contextmanager
def _decoding(kind: Kind) -> Iterator[None]:
    """Turn whatever the decoder trips over into one sentence.

    Decoders meet hostile bytes with any exception there is (struct, zlib, index, type errors), so here, and
    only here, everything but our own refusals and exhausted memory means that the image is damaged.
    """
    try:
        yield
    except (TooLarge, Unprocessable, UnsupportedMedia, MemoryError):
        raise
    except OverBudgetError as error:
        raise over_budget() from error
    except SeveralPicturesError as error:
        raise _several_pages() from error
    except Exception as error:
        raise damaged(kind.name_alone) from error


@contextmanager
def _opened(file: IO[bytes], kind: Kind, limits: Limits) -> Iterator[Image.Image]:
    try:
        check_structure(file, kind, limits)
    except TooManyPixelsError as error:
        raise _too_many_pixels(limits, (error.width, error.height)) from error
    if kind is PNG:
        check_png_chunks(file)
    elif kind is JPEG:
        check_jpeg_end(file)
    file.seek(0)
    try:
        picture = Image.open(file, formats=[kind.pillow_format])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(limits) from error
    # Not `with image`: that would close the caller's file.
    _check_size(picture, limits)
    _check_frames(picture, kind)
    _check_mode(picture)
    yield picture


def _too_many_pixels(limits: Limits, size: tuple[int, int] | None = None) -> TooLarge:
    limit = f"{limits.max_pixels / 1e6:g} megapixels"
    found = "too many pixels" if size is None else f"{size[0]} x {size[1]} pixels"  # not translated here: cases.words
    return TooLarge(
        f"The image has {found}. At most {limit} are accepted.",  # not translated here: cases.words
        code="too_many_pixels",
        details={"max_pixels": limits.max_pixels},
    )


def _check_size(picture: Image.Image, limits: Limits) -> None:
    width, height = picture.size
    if width * height > limits.max_pixels:
        raise _too_many_pixels(limits, picture.size)
    if min(width, height) < limits.min_side:
        sentence = (
            f"The image has {width} x {height} pixels. "  # not translated here: cases.words
            f"At least {limits.min_side} x {limits.min_side} are needed to see a cell."
        )
        raise Unprocessable(sentence, code="image_too_small", details={"min_side": limits.min_side})


def _check_mode(picture: Image.Image) -> None:
    if picture.mode in {"I", "F"}:
        sentence = "The image has 32 bits per channel. Save it with 8 or 16 bits per channel and send that."  # not translated here: cases.words
        raise Unprocessable(sentence, code="image_depth")


def _check_frames(picture: Image.Image, kind: Kind) -> None:
    """Refuse animations and stacks; let pass what only carries smaller copies of its first image."""
    if picture.format == "MPO" or getattr(picture, "n_frames", 1) == 1:
        return
    if kind is not TIFF:
        sentence = (
            f"This {kind.name_alone} image is animated. Send a single still image."  # not translated here: cases.words
        )
        raise Unprocessable(sentence, code="several_pictures")
    if not _extra_frames_are_copies(picture):
        raise _several_pages()


def _several_pages() -> Unprocessable:
    sentence = "This TIFF holds several images (a stack or several pages). Send each as a file of its own."  # not translated here: cases.words
    return Unprocessable(sentence, code="several_pictures")


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
