"""The first ruler: how many micrometres one pixel is, read off the red cells when nobody says.

A crop taken at a fixed number of pixels means a different amount of tissue on every camera. Red cells are the one
object of known size in every smear: about 7.5 um across (Turgeon, Clinical Hematology: 6-8 um, mean 7.2-7.5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.segmentation import watershed

from classifier.inference.colour import Rgb, chromatin, chromatin_level, fill_mask, optical_density

RED_CELL_UM = 7.5
#: Fewer measured cells than this say too little about their field.
FEWEST_CELLS = 3
#: Relative standard deviation of one field's scale against its camera's, with fewer and with at least this many cells.
#: `benchmarks/scale.py` measures it.
ENOUGH_CELLS, FEW_CELLS_ERROR, FIELD_ERROR = 6, 0.13, 0.07
#: Red cells of patients differ by this much from 7.5 um, however many fields are seen.
_PATIENT_ERROR = 0.05
_LONGEST_SIDE = 480
#: A peak of the smoothed distance from the edge is a cell's middle from this many pixels on. The smoothing takes two and a
#: half pixels off the peak of a disc, so no cell smaller than the second figure across has one.
_DEEPEST_FROM_PX, _SMALLEST_SEEN_PX = 4, 12


@dataclass(frozen=True)
class RedCellRuler:
    """The median red-cell diameter of one field in its own pixels (None when nothing measurable), and of how many."""

    diameter_px: float | None
    count: int

    @property
    def um_per_px(self) -> float | None:
        """Micrometres a pixel, or None when the field shows too few whole red cells to be believed."""
        if self.diameter_px is None or self.count < FEWEST_CELLS:
            return None
        return RED_CELL_UM / self.diameter_px

    @property
    def error(self) -> float:
        """Relative standard deviation of this field's scale."""
        return FIELD_ERROR if self.count >= ENOUGH_CELLS else FEW_CELLS_ERROR


def _red_cell_mask(density_green: np.ndarray, fill: np.ndarray) -> np.ndarray:
    """Stained tissue with pallor filled in, ``(H, W)`` uint8 0/1."""
    smooth = cv2.GaussianBlur(density_green, (0, 0), 1.0)
    valid = smooth[~fill]
    if valid.size == 0:
        return np.zeros(smooth.shape, np.uint8)
    levels = (np.clip(valid, 0, 0.5) * 510).astype(np.uint8).reshape(-1, 1)
    otsu, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_OTSU)
    # Three quarters of Otsu's level, so that the pale rim still belongs to its cell.
    tissue = (smooth > np.clip(otsu / 510 * 0.75, 0.05, 0.2)).astype(np.uint8)
    tissue[cv2.dilate(fill.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0] = 0
    _, holes = cv2.connectedComponents(1 - tissue, connectivity=4)
    is_pallor = np.bincount(holes.ravel()) < 0.02 * tissue.size
    is_pallor[0] = False
    for edge in (holes[0], holes[-1], holes[:, 0], holes[:, -1]):
        is_pallor[edge] = False
    tissue[is_pallor[holes]] = 1
    return cv2.morphologyEx(tissue, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7)))


def is_seen_whole(diameter_px: float, size: tuple[int, int]) -> bool:
    """Whether cells so large can be measured in a whole field of `size` (height, width) px, by its small copy."""
    return diameter_px * min(1.0, _LONGEST_SIDE / max(size)) >= _SMALLEST_SEEN_PX


def measure_red_cells(rgb: Rgb) -> RedCellRuler:
    """Measure the whole, round, unstained-by-azure cells of one field ``(H, W, 3)`` uint8 RGB.

    Touching cells are parted by a watershed on the distance transform; only parts that fill their ellipse, are nearly
    round, lie wholly inside the frame and carry no nucleus count. The diameter is that of the circle of equal area.
    """
    shrink = min(1.0, _LONGEST_SIDE / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else rgb
    density = optical_density(small)
    tissue = _red_cell_mask(density[..., 1], fill_mask(small))
    strength = cv2.GaussianBlur(chromatin(density), (0, 0), 1.5)
    nuclear = strength > chromatin_level(strength)
    depth = cv2.distanceTransform(np.pad(tissue, 1, mode="edge"), cv2.DIST_L2, 5)[1:-1, 1:-1]
    depth = cv2.GaussianBlur(depth, (0, 0), 2)
    highest = cv2.dilate(depth, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15)))
    _, peaks = cv2.connectedComponents(((depth >= highest - 1e-6) & (depth > _DEEPEST_FROM_PX)).astype(np.uint8))
    parts = _parted(depth, peaks, tissue)
    height, width = tissue.shape
    diameters = []
    for index, window in enumerate(ndimage.find_objects(parts), start=1):
        if window is None:
            continue
        rows, columns = window
        if rows.start == 0 or columns.start == 0 or rows.stop == height or columns.stop == width:
            continue
        part = parts[window] == index
        tall, wide = part.shape
        filling = part.sum() / (np.pi / 4 * tall * wide)
        if 0.88 < filling < 1.12 and max(tall, wide) < 1.45 * min(tall, wide) and nuclear[window][part].mean() < 0.05:
            diameters.append(np.sqrt(4 * part.sum() / np.pi) / shrink)
    if not diameters:
        return RedCellRuler(None, 0)
    sizes = np.array(diameters)
    # Platelets and debris are the small tail; they must not pull the median.
    sizes = sizes[sizes > 0.6 * np.percentile(sizes, 80)]
    return RedCellRuler(float(np.median(sizes)), len(sizes))


def _parted(depth: NDArray[np.float32], peaks: NDArray[np.int32], tissue: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Which peak each pixel of the tissue belongs to, ``(H, W)``, 0 for none: the watershed of the clumps of touching cells.

    A cell that touches no other is the whole of its peak, and need not be flooded.
    """
    count, clumps = cv2.connectedComponents(tissue, connectivity=4)
    places = np.flatnonzero(peaks)
    clump_of, peak = clumps.ravel()[places], peaks.ravel()[places]
    first, last = np.full(count, peaks.max() + 1), np.zeros(count, np.int32)
    np.minimum.at(first, clump_of, peak)
    np.maximum.at(last, clump_of, peak)
    # Nothing is parted where there is no tissue.
    last[0] = 0
    alone, touching = first == last, first < last
    parts = np.where(alone, last, 0).astype(np.int32)[clumps]
    if touching.any():
        parts += watershed(-depth, peaks, mask=touching[clumps])
    return parts


class Ruler(Protocol):
    """What measures one field: red cells or white ones."""

    @property
    def um_per_px(self) -> float | None:
        """Micrometres a pixel, None where the field tells nothing."""


def pooled_um_per_px(rulers: Iterable[Ruler]) -> float | None:
    """One scale for images of one camera: the median over the fields whose own ruler can be believed, else None."""
    scales = [ruler.um_per_px for ruler in rulers]
    known = [scale for scale in scales if scale is not None]
    return float(np.median(known)) if known else None


def red_cell_error(*, fields: int) -> float:
    """Relative standard deviation of a scale pooled over this many fields of one camera."""
    return float(np.hypot(_PATIENT_ERROR, FIELD_ERROR / np.sqrt(fields)))
