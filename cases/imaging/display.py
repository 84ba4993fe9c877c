"""Pixels as what a screen shows: JPEG copies without metadata, and the square around a cell."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

if TYPE_CHECKING:
    from numpy.typing import NDArray

OFF_FIELD = (234, 237, 239)
"""RGB of what lies beyond the edge of a field: the light grey that the viewer and the workspace show there too."""


@dataclass(frozen=True, slots=True)
class JpegTables:
    """How coarsely a JPEG keeps its pixels: its quantisation tables, and Pillow's number of its colour resolution."""

    quantisation: dict[int, list[int]]
    subsampling: int


def jpeg_tables(stream: IO[bytes]) -> JpegTables | None:
    """The tables of a colour JPEG; None for anything else."""
    with Image.open(stream) as picture:
        if not isinstance(picture, JpegImageFile) or picture.mode != "RGB":
            return None
        subsampling = get_sampling(picture)
        return None if subsampling < 0 else JpegTables(picture.quantization, subsampling)


def encode_jpeg(
    rgb: NDArray[np.uint8], *, quality: int = 95, longest_side: int | None = None, like: JpegTables | None = None
) -> bytes:
    """Return (H, W, 3) uint8 sRGB as a JPEG that carries no metadata, shrunk to `longest_side` px if larger.

    With the tables of the JPEG that the pixels were decoded from, as they lay in it, hardly anything is rounded anew: the
    copy is truer than at any `quality`, and no larger than the original.
    """
    picture = Image.fromarray(rgb)
    if longest_side is not None:
        # Half the time of Lanczos, and at thumbnail size nobody sees which it was.
        picture.thumbnail((longest_side, longest_side), Image.Resampling.HAMMING)
    buffer = io.BytesIO()
    if like is not None:
        # Two passes: the coding that follows the tables loses nothing, and the second saves a twelfth.
        picture.save(buffer, "JPEG", qtables=like.quantisation, subsampling=like.subsampling, optimize=True)
    else:
        # 4:4:4: halving the colour resolution smears the granules a class is told by.
        picture.save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def crop_around(rgb: NDArray[np.uint8], box: tuple[int, int, int, int], *, span: int, size: int) -> NDArray[np.uint8]:
    """Return the square of `span` px centred on `box` (x, y, width, height), scaled to (size, size, 3).

    Beyond the image's edge it is `OFF_FIELD`. A repeated edge would draw streaks that look like stain, and black reads
    as a nucleus.
    """
    x, y, width, height = box
    left, top = round(x + width / 2 - span / 2), round(y + height / 2 - span / 2)
    square = np.full((span, span, 3), OFF_FIELD, dtype=np.uint8)
    inside = rgb[max(top, 0) : max(top + span, 0), max(left, 0) : max(left + span, 0)]
    down, right = max(-top, 0), max(-left, 0)
    square[down : down + inside.shape[0], right : right + inside.shape[1]] = inside
    return np.asarray(Image.fromarray(square).resize((size, size), Image.Resampling.LANCZOS), dtype=np.uint8)
