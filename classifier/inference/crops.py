"""Cut cells out of a field at one common scale, so that every camera shows the network the same amount of tissue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from classifier.inference.colour import Rgb, background_colour, fill_mask

#: What empty glass becomes after white balance; just under white, so that brighter specks keep their shape.
GLASS = 240.0


@dataclass(frozen=True)
class CropSpec:
    """A square crop: ``size_px`` pixels wide at ``um_per_px`` micrometres a pixel, white-balanced or as it came."""

    size_px: int
    um_per_px: float
    white_balance: bool = True


def balance(rgb: Rgb) -> Rgb:
    """White-balance a field: its empty glass becomes neutral grey 240; black fill becomes glass."""
    height, width = rgb.shape[:2]
    return _balanced(rgb, _balance_table(rgb), slice(0, height), slice(0, width))


def _balance_table(rgb: Rgb) -> NDArray[np.uint8]:
    """What white balance makes of each level of each channel of a field, ``(1, 256, 3)``."""
    gain = GLASS / background_colour(rgb)
    return np.clip(np.arange(256, dtype=np.float32)[:, None] * gain[None, :], 0, 255).round().astype(np.uint8)[None]


def _balanced(rgb: Rgb, table: NDArray[np.uint8], rows: slice, columns: slice) -> Rgb:
    """The window of a field, balanced: most of a large field is in no window and need not be."""
    balanced = cv2.LUT(np.ascontiguousarray(rgb[rows, columns]), table)
    # One pixel more on each side: fill grows by as much.
    top, left = max(0, rows.start - 1), max(0, columns.start - 1)
    fill = fill_mask(rgb[top : rows.stop + 1, left : columns.stop + 1])
    if fill.any():
        grown = cv2.dilate(fill.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        down, right = rows.start - top, columns.start - left
        balanced[grown[down : down + balanced.shape[0], right : right + balanced.shape[1]]] = int(GLASS)
    return balanced


def crop_cells(rgb: Rgb, centres: Sequence[tuple[float, float]], *, um_per_px: float, spec: CropSpec) -> Rgb:
    """Crops around ``centres`` (x, y in pixels of ``rgb``): ``(N, size, size, 3)`` uint8 RGB.

    ``um_per_px`` is the field's own scale. Beyond the frame the field is continued with the colour of its glass.
    """
    if not centres:
        return np.empty((0, spec.size_px, spec.size_px, 3), np.uint8)
    shrink = um_per_px / spec.um_per_px
    glass = [GLASS] * 3 if spec.white_balance else background_colour(rgb).tolist()
    table = _balance_table(rgb) if spec.white_balance else None
    crops = []
    half = spec.size_px / 2
    reach = int(np.ceil(half / shrink)) + 2
    height, width = rgb.shape[:2]
    for x, y in centres:
        left, top = max(0, int(x) - reach), max(0, int(y) - reach)
        rows, columns = slice(top, min(height, int(y) + reach + 1)), slice(left, min(width, int(x) + reach + 1))
        window = rgb[rows, columns] if table is None else _balanced(rgb, table, rows, columns)
        # Shrinking by bilinear sampling alone would alias; area averaging first keeps chromatin texture honest.
        if shrink < 1:
            target = (max(1, round(window.shape[1] * shrink)), max(1, round(window.shape[0] * shrink)))
            small = cv2.resize(window, target, interpolation=cv2.INTER_AREA)
            step_x, step_y = target[0] / window.shape[1], target[1] / window.shape[0]
            move = np.array(
                [
                    [1, 0, half - 0.5 - ((x - left + 0.5) * step_x - 0.5)],
                    [0, 1, half - 0.5 - ((y - top + 0.5) * step_y - 0.5)],
                ]
            )
        else:
            small = window
            move = np.array(
                [
                    [shrink, 0, half - 0.5 - (x - left) * shrink],
                    [0, shrink, half - 0.5 - (y - top) * shrink],
                ]
            )
        crops.append(
            cv2.warpAffine(
                small,
                move,
                (spec.size_px, spec.size_px),
                flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=glass,
            )
        )
    return np.stack(crops)
