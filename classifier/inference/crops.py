"""Cut cells out of a field at one common scale, so that every camera shows the network the same amount of tissue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

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
    gain = GLASS / background_colour(rgb)
    table = np.clip(np.arange(256, dtype=np.float32)[:, None] * gain[None, :], 0, 255).round().astype(np.uint8)
    balanced = cv2.LUT(rgb, table[None])
    fill = fill_mask(rgb)
    if fill.any():
        balanced[cv2.dilate(fill.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = int(GLASS)
    return balanced


def crop_cells(rgb: Rgb, centres: Sequence[tuple[float, float]], *, um_per_px: float, spec: CropSpec) -> Rgb:
    """Crops around ``centres`` (x, y in pixels of ``rgb``): ``(N, size, size, 3)`` uint8 RGB.

    ``um_per_px`` is the field's own scale. Beyond the frame the field is continued with the colour of its glass.
    """
    if not centres:
        return np.empty((0, spec.size_px, spec.size_px, 3), np.uint8)
    shrink = um_per_px / spec.um_per_px
    glass = [GLASS] * 3 if spec.white_balance else background_colour(rgb).tolist()
    field = balance(rgb) if spec.white_balance else rgb
    crops = []
    half = spec.size_px / 2
    reach = int(np.ceil(half / shrink)) + 2
    height, width = field.shape[:2]
    for x, y in centres:
        left, top = max(0, int(x) - reach), max(0, int(y) - reach)
        window = field[top : min(height, int(y) + reach + 1), left : min(width, int(x) + reach + 1)]
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
