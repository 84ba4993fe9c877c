"""What is raised where a file is made of too much, and the bound that several kinds of file share."""

from __future__ import annotations

MOST_EXIF_BYTES = 256 * 1024
"""Cameras keep below 64 KB. Every entry of a directory may copy all of it, so the square of this is what it costs."""


class OverBudgetError(Exception):
    """Decoding this would take more time or memory than one image may; the text says of what there is too much."""


class SeveralPicturesError(Exception):
    """There are more pictures in the file than copies of the first one could be."""


class TooManyPixelsError(Exception):
    """The picture is larger than is accepted; said before its parts are weighed: `width`, `height` in pixels."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(f"{width} x {height} pixels")  # not translated
        self.width, self.height = width, height
