"""The second ruler: white cells, where a field shows no red cells to measure.

Nuclei differ more in size than red cells do, between classes and between stains, so this ruler is coarse, and says how
coarse: one field tells the scale within a quarter (one standard deviation), many of one camera within a tenth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from classifier.inference.colour import Rgb
from classifier.inference.detector import detect_cells

#: Area of a nucleus as the detector cuts it, um2: the median of the nucleated classes of PBC, of BCCD and of Raabin.
NUCLEUS_UM2 = 80.0
#: Relative standard deviations of the scale: of one field within its camera, and of a camera's many (stain, classes).
#: `benchmarks/scale.py` measures both.
FIELD_ERROR, CAMERA_ERROR = 0.25, 0.10
#: What a nucleus cannot be: a scale beyond these comes of something else.
FINEST_UM_PER_PX, COARSEST_UM_PER_PX = 0.03, 0.4
# Smaller finds than this share of the largest are platelets, erythroblasts beside larger cells, and debris.
_BODY_SHARE = 0.3
# The detector looks at one scale; each round finds nuclei better than the one before, and the third changes little.
_FIRST_GUESS_UM_PER_PX, _ROUNDS = 0.1, 3


@dataclass(frozen=True)
class WhiteCellRuler:
    """Areas of the whole nuclei of one field in its own pixels, none when nothing can be measured."""

    areas_px: tuple[int, ...]

    @property
    def um_per_px(self) -> float | None:
        """Micrometres a pixel, or None when the field shows no whole nucleus of a possible size."""
        return _scale(self.areas_px)


def white_cell_error(*, fields: int) -> float:
    """Relative standard deviation of a scale pooled over this many fields of one camera."""
    return float(np.hypot(CAMERA_ERROR, FIELD_ERROR / np.sqrt(fields)))


def measure_white_cells(rgb: Rgb) -> WhiteCellRuler:
    """Measure the nuclei of one field ``(H, W, 3)`` uint8 RGB that lie wholly in the frame, its scale unknown.

    The detector needs a scale to find what the scale is read off: it starts from a guess and looks again at the scale its
    own finds give.
    """
    scale = _FIRST_GUESS_UM_PER_PX
    areas: tuple[int, ...] = ()
    for _ in range(_ROUNDS):
        areas = _nuclei(rgb, scale)
        found = _scale(areas)
        if found is None:
            return WhiteCellRuler(())
        scale = found
    return WhiteCellRuler(areas)


def _nuclei(rgb: Rgb, um_per_px: float) -> tuple[int, ...]:
    height, width = rgb.shape[:2]
    whole = [
        found.area_px
        for found in detect_cells(rgb, um_per_px=um_per_px)
        if min(found.box.x, found.box.y, width - found.box.x - found.box.w, height - found.box.y - found.box.h) > 0
    ]
    return tuple(area for area in whole if area >= _BODY_SHARE * max(whole))


def _scale(areas_px: tuple[int, ...]) -> float | None:
    if not areas_px:
        return None
    scale = float(np.sqrt(NUCLEUS_UM2 / np.median(areas_px)))
    return scale if FINEST_UM_PER_PX <= scale <= COARSEST_UM_PER_PX else None
