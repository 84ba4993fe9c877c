"""Validation cells as other stains and cameras would show them, drawn from the ones there are.

An int8 file can agree with its float original at home and stray from it abroad, where activations leave the ranges that
were measured at home. So ranges are measured on such views as well, and the file is judged on them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.inference.types import Rgb
from training.augment import Strength, augmented_view
from training.crop_set import PATCH, Crops
from training.sampling import balance_patch, palettes_of

from .trained import Trained

#: Colour and focus of another laboratory; the cell itself stays as it is.
_ABROAD = Strength(
    zoom=0.1, aspect=0.0, shear=0.0, shift_um=0.0, restain_chance=1.0, grey_chance=0.0, surroundings_chance=0.0
)


def shifted_views(crops: Crops, rows: NDArray[np.int64], trained: Trained, *, seed: int = 1) -> Rgb:
    """Views (N, S, S, 3) uint8 of some rows, each restained to a random camera. The same seed gives the same views."""
    glass = crops.glass()
    patches = [np.asarray(crops.patches[row]) for row in rows]
    if trained.spec.white_balance:
        patches = [balance_patch(patch, glass[row]) for patch, row in zip(patches, rows, strict=True)]
    if not patches:
        return np.empty((0, trained.size_px, trained.size_px, 3), np.uint8)
    rng = np.random.default_rng(seed)
    how: dict[str, Any] = {
        "size": trained.size_px,
        "zoom_out": trained.um_per_px / PATCH.um_per_px,
        "um_per_px": trained.um_per_px,
    }
    palettes = palettes_of(np.stack(patches), [crops.rows[row].source for row in rows])
    return np.stack(
        [
            augmented_view(patch, rng=rng, strength=_ABROAD, palette=palette, **how)
            for patch, palette in zip(patches, palettes, strict=True)
        ]
    )
