"""How a file is built, counted before anything of it is decoded: what would keep a decoder busy is refused at once.

A few hundred kilobytes can ask for minutes of work or gigabytes: thousands of scans, a tile far larger than its picture,
tens of thousands of directories, millions of chunks. Each is a number that stands in the file. No database.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from cases.imaging.file_types import BMP, JPEG, PNG, TIFF, WEBP
from cases.imaging.structure.bmp import check_bmp
from cases.imaging.structure.jpeg import check_jpeg
from cases.imaging.structure.png import check_png
from cases.imaging.structure.refusals import OverBudgetError, SeveralPicturesError, TooManyPixelsError
from cases.imaging.structure.tiff import MAX_EXTRA_FRAMES, check_tiff
from cases.imaging.structure.webp import check_webp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cases.imaging.file_types import Kind
    from cases.imaging.limits import Limits

__all__ = ["MAX_EXTRA_FRAMES", "OverBudgetError", "SeveralPicturesError", "TooManyPixelsError", "check_structure"]

_CHECKS: Mapping[Kind, Callable[[IO[bytes], Limits], None]] = {
    JPEG: check_jpeg,
    PNG: check_png,
    TIFF: check_tiff,
    BMP: check_bmp,
    WEBP: check_webp,
}


def check_structure(file: IO[bytes], kind: Kind, limits: Limits) -> None:
    """Raise `OverBudgetError` where decoding would cost more than a picture of at most `limits.max_pixels` may.

    Raises `TooManyPixelsError` for a picture over the limit, `SeveralPicturesError` for a long chain of pages, and
    `ValueError` or `struct.error` for a file so damaged that it cannot be counted. The file is left at an undefined
    position.
    """
    _CHECKS[kind](file, limits)
