"""Every file opened once: what is broken, what is tiny, and what it looks like in short."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from classifier.inference.types import Rgb
from training.errors import BadData
from training.manifest import sha256_of
from training.progress import progress

SMALLEST_SIDE = 32
_FILL = 10


@dataclass(frozen=True)
class Looked:
    """What one look at a file gave. `problem` is empty when it is fit.

    `pixels`: SHA-256 of the decoded image; `hashes`: 64-bit perceptual hash of its eight dihedral views, (8,) uint64;
    `fill`: share of pure black pixels on its rim.
    """

    sha256: str = ""
    pixels: str = ""
    width: int = 0
    height: int = 0
    hashes: NDArray[np.uint64] | None = None
    fill: float = 0.0
    problem: str = ""


def read_image(path: Path) -> Rgb:
    """An image upright as (H, W, 3) uint8 RGB; raises BadData naming the file."""
    try:
        with Image.open(path) as image:
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        message = f"{path} cannot be read as an image."
        raise BadData(message) from error


def look_at(paths: Sequence[Path], *, workers: int = 2) -> list[Looked]:
    """Open every file, in order. A file that cannot be used is not an error here: its `problem` says why."""
    cv2.setNumThreads(1)
    with ThreadPoolExecutor(workers) as pool:
        return list(progress(pool.map(_look, paths), label="checking files", total=len(paths)))


def _look(path: Path) -> Looked:
    try:
        rgb = read_image(path)
    except BadData as error:
        return Looked(problem=error.sentence)
    height, width = rgb.shape[:2]
    if min(height, width) < SMALLEST_SIDE:
        return Looked(problem=f"{path} is {width}x{height} px, too small to hold a cell.")
    rim = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])
    return Looked(
        sha256=sha256_of(path),
        pixels=hashlib.sha256(repr(rgb.shape).encode() + rgb.tobytes()).hexdigest(),
        width=width,
        height=height,
        hashes=perceptual_hashes(rgb),
        fill=float((rim.max(axis=1) < _FILL).mean()),
    )


def perceptual_hashes(rgb: Rgb) -> NDArray[np.uint64]:
    """64-bit DCT hash of the eight dihedral views, (8,) uint64: copies differ in few bits whatever way they are turned.

    The signs of the 64 lowest frequencies against their median (Zauner 2010, "pHash").
    """
    grey = cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    views = []
    for turned in (grey, grey[:, ::-1]):
        for quarter in range(4):
            low = cv2.dct(np.ascontiguousarray(np.rot90(turned, quarter)))[:8, :8].ravel()
            views.append(np.packbits(low > np.median(low[1:])).view(np.uint64)[0])
    return np.array(views, np.uint64)
