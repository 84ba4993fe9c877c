"""Find every nucleated cell of a field by the colour of its chromatin, at one working scale for every camera.

Chromatin absorbs green most of all, haemoglobin does not (see ``colour.chromatin``), so a threshold on that
difference finds nuclei; lobes of one nucleus are joined, two neighbours are kept apart by size. What does not stand out
of the stained tissue around it is no nucleus, however blue the camera sees red cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from classifier.inference.colour import Rgb, chromatin_and_tissue, chromatin_level, fill_mask
from classifier.inference.picture_limits import SMALLEST_NUCLEUS_UM2
from classifier.inference.quantiles import percentile
from classifier.inference.types import Box, Candidate

DETECTOR_VERSION = "chromatin-2"
#: All lengths below are in micrometres; a field is resampled to this many a pixel first.
WORKING_UM_PER_PX = 0.2
#: A nucleus reaches out to this share of its own strength, so that pale and dense chromatin are cut alike.
_OWN_SHARE = 0.35
_DENSE_SHARE = 0.6
_LOBE_GAP_UM = 2.4
_NARROW_GAP_UM = 1.0
_CYTOPLASM_UM = 1.7
#: Two whole nuclei side by side reach further than this; what fits into it are lobes of one, however wide the gap.
_LOBES_WITHIN_UM = 13.5
#: Cells are round, their nuclei need not be: the shorter side of a box is at least this share of the longer.
_ROUNDNESS = 0.9
#: A nucleus cut by the frame must show at least this much; less is a sliver nobody could name.
_SMALLEST_CUT_NUCLEUS_UM2 = 28.0
_SMALLEST_PLATELET_UM2 = 1.5
#: No single leukocyte's nucleus spans more than this; what does is two cells joined.
_LONGEST_NUCLEUS_UM = 20.0
#: A nucleus is this many times as strong as the strongest of the tissue that is none (its 95th percentile).
_STANDS_OUT = 1.5
_TISSUE_DENSITY = 0.08
#: Less tissue than this beside the finds says nothing about the field.
_LEAST_TISSUE_UM2 = 60.0
_HALO_UM = 1.0

_Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class _Nucleus:
    left: int
    top: int
    width: int
    height: int
    area_um2: float

    def window(self, *, grown: int = 0) -> tuple[slice, slice]:
        """Rows and columns of its box, ``grown`` pixels wider on every side."""
        rows = slice(max(0, self.top - grown), self.top + self.height + grown)
        return rows, slice(max(0, self.left - grown), self.left + self.width + grown)

    @property
    def longest_um(self) -> float:
        """The longer side of its box in um."""
        return max(self.width, self.height) * WORKING_UM_PER_PX

    def joined_with(self, other: _Nucleus) -> _Nucleus:
        """Both as one."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        right = max(self.left + self.width, other.left + other.width)
        bottom = max(self.top + self.height, other.top + other.height)
        return _Nucleus(left, top, right - left, bottom - top, self.area_um2 + other.area_um2)

    def margins(self, size: tuple[int, int]) -> tuple[float, float]:
        """Cytoplasm beside and above it in pixels of an image ``size``; of a cut cell nobody knows how long it was."""
        share = 0.0 if self.meets_edge(size) else _ROUNDNESS
        around = _CYTOPLASM_UM / WORKING_UM_PER_PX
        beside = max(0.0, share * self.height - self.width) / 2
        above = max(0.0, share * self.width - self.height) / 2
        return around + beside, around + above

    def meets_edge(self, size: tuple[int, int]) -> bool:
        """Whether it touches the frame of an image ``size`` (width, height) pixels large."""
        return self.left == 0 or self.top == 0 or self.left + self.width >= size[0] or self.top + self.height >= size[1]


def _close(mask: _Mask, gap_um: float) -> _Mask:
    radius = max(1, round(gap_um / WORKING_UM_PER_PX / 2))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    padded = np.pad(mask, 2 * radius)
    return cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)[2 * radius : -2 * radius, 2 * radius : -2 * radius]


def _parts(mask: _Mask) -> Iterator[tuple[tuple[slice, slice], NDArray[np.bool_]]]:
    """Every connected part of a mask: its window, and what of the window it is.

    OpenCV's own boxes and areas are counted over all of the background as well, and take several times as long.
    """
    _, parts = cv2.connectedComponents(mask)
    for index, window in enumerate(ndimage.find_objects(parts), start=1):
        yield window, parts[window] == index


def _nuclear_mask(strength: NDArray[np.float32]) -> _Mask:
    """Chromatin pixels 0/1: seeds above a field threshold, each cut at a share of its own strength."""
    threshold = chromatin_level(strength)
    seeds = (strength > threshold).astype(np.uint8)
    mask = np.zeros_like(seeds)
    for window, part in _parts(seeds):
        if np.count_nonzero(part) * WORKING_UM_PER_PX**2 < 1.0:
            continue
        own = max(threshold, _OWN_SHARE * percentile(strength[window][part], 90))
        mask[window] |= (part & (strength[window] > own)).astype(np.uint8)
    return mask


def _nuclei(mask: _Mask, strength: NDArray[np.float32], gap_um: float) -> list[_Nucleus]:
    """Lobes nearer than ``gap_um`` are one nucleus; one too long for a leukocyte is examined again more narrowly."""
    found: list[_Nucleus] = []
    for window, part in _parts(_close(mask, gap_um)):
        left, top, (height, width) = window[1].start, window[0].start, part.shape
        own = (part & (mask[window] > 0)).astype(np.uint8)
        area_um2 = float(own.sum()) * WORKING_UM_PER_PX**2
        if area_um2 < _SMALLEST_PLATELET_UM2:
            continue
        too_long = max(width, height) * WORKING_UM_PER_PX > _LONGEST_NUCLEUS_UM
        if too_long and gap_um > _NARROW_GAP_UM:
            level = _DENSE_SHARE * percentile(strength[window][own > 0], 90)
            dense = own & (strength[window] > level).astype(np.uint8)
            narrow = _nuclei(dense, strength[window], _NARROW_GAP_UM)
            if sum(part.area_um2 >= SMALLEST_NUCLEUS_UM2 for part in narrow) > 1:
                found += [
                    _Nucleus(part.left + left, part.top + top, part.width, part.height, part.area_um2)
                    for part in narrow
                ]
                continue
        found.append(_Nucleus(left, top, width, height, area_um2))
    return found


def _standing_out(nuclei: list[_Nucleus], strength: NDArray[np.float32], tissue: NDArray[np.bool_]) -> list[_Nucleus]:
    """The finds that stand out of the stained tissue beside them; all of them when there is too little to compare with."""
    halo = round(_HALO_UM / WORKING_UM_PER_PX)
    beside = tissue.copy()
    for nucleus in nuclei:
        rows, columns = nucleus.window(grown=halo)
        beside[rows, columns] = False
    if np.count_nonzero(beside) * WORKING_UM_PER_PX**2 < _LEAST_TISSUE_UM2:
        return nuclei
    level = _STANDS_OUT * percentile(strength[beside], 95)
    return [nucleus for nucleus in nuclei if percentile(strength[nucleus.window()], 90) > level]


def _with_lobes_joined(nuclei: list[_Nucleus]) -> list[_Nucleus]:
    """Nuclei, largest first, in which lobes too near each other for two cells are one; smaller bodies as they are."""
    cells: list[_Nucleus] = []
    bodies: list[_Nucleus] = []
    for nucleus in sorted(nuclei, key=lambda n: -n.area_um2):
        if nucleus.area_um2 < SMALLEST_NUCLEUS_UM2:
            bodies.append(nucleus)
            continue
        for index, cell in enumerate(cells):
            both = cell.joined_with(nucleus)
            if both.longest_um <= _LOBES_WITHIN_UM:
                cells[index] = both
                break
        else:
            cells.append(nucleus)
    return sorted(cells, key=lambda n: -n.area_um2) + bodies


def detect_cells(rgb: Rgb, *, um_per_px: float) -> list[Candidate]:
    """Every nucleated cell and every platelet-sized body of a field, largest nucleus first.

    ``rgb`` is ``(H, W, 3)`` uint8, ``um_per_px`` its scale. Boxes are of the whole cell (nucleus and a cytoplasm
    margin) in pixels of ``rgb``, ``area_px`` is the nucleus alone. Cells cut by the frame are
    found as far as they show, slivers are not.
    Raises ValueError when the scale is not positive.
    """
    if not um_per_px > 0:
        raise ValueError(f"um_per_px must be positive, not {um_per_px}")
    shrink = um_per_px / WORKING_UM_PER_PX
    size = (max(1, round(rgb.shape[1] * shrink)), max(1, round(rgb.shape[0] * shrink)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if shrink < 1 else cv2.INTER_LINEAR)
    sharp, tissue = chromatin_and_tissue(small, denser_than=_TISSUE_DENSITY)
    strength = cv2.GaussianBlur(sharp, (0, 0), 1.5)
    fill = fill_mask(small)
    if fill.any():
        strength[cv2.dilate(fill.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0] = 0.0
    to_x, to_y = rgb.shape[1] / size[0], rgb.shape[0] / size[1]
    candidates = []
    nuclei = _standing_out(_nuclei(_nuclear_mask(strength), strength, _LOBE_GAP_UM), strength, tissue)
    for nucleus in _with_lobes_joined(nuclei):
        nucleated = nucleus.area_um2 >= SMALLEST_NUCLEUS_UM2
        if nucleated and nucleus.area_um2 < _SMALLEST_CUT_NUCLEUS_UM2 and nucleus.meets_edge(size):
            continue
        beside, above = nucleus.margins(size) if nucleated else (0.0, 0.0)
        left = max(0.0, nucleus.left - beside) * to_x
        top = max(0.0, nucleus.top - above) * to_y
        right = min(size[0], nucleus.left + nucleus.width + beside) * to_x
        bottom = min(size[1], nucleus.top + nucleus.height + above) * to_y
        box = Box(int(left), int(top), max(1, round(right) - int(left)), max(1, round(bottom) - int(top)))
        candidates.append(
            Candidate(
                box=box,
                area_px=max(1, round(nucleus.area_um2 / um_per_px**2)),
                centre=((left + right) / 2, (top + bottom) / 2),
                kind="nucleated" if nucleated else "platelet",
            )
        )
    return candidates
