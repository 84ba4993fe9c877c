"""What is accepted of one image, and how much of each thing it may be made of."""

from __future__ import annotations

from dataclasses import dataclass

MIN_SIDE_PX = 32
"""Smaller than this there is no cell to see at any magnification."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_pixels` of one image, `min_side` in pixels, and what its file may be made of. Cameras stay far below each.

    `max_scans` of a JPEG: a progressive one has 10, rarely 20. `max_chunks` of a PNG or WebP: 50 MB in the usual pieces of
    8 KB are 6,400. `max_tiles` of a TIFF, or strips: 64 megapixels in tiles of 64 x 64 are 16,000.
    """

    max_pixels: int
    min_side: int = MIN_SIDE_PX
    max_scans: int = 64
    max_chunks: int = 65_536
    max_tiles: int = 100_000
