"""What augmentation makes of a few cells, to be viewed before hours are spent."""

from pathlib import Path
from typing import Any

import numpy as np

from .crop_set import PATCH, Crops
from .evaluation.grids import draw_grid

_VARIANTS = 7


def preview(
    crops: Crops, path: Path | str, *, strength: float, size_px: int, um_per_px: float, seed: int, cells: int = 8
) -> None:
    """Write a PNG: one row a cell of the training part (classes in turn), first as it is, then augmented variants."""
    from .augment import Strength, augmented_view, plain_view
    from .sampling import balance_patch, palettes_of

    rows = crops.where(split="train")
    labels = np.array([crops.rows[i].label for i in rows])
    turns = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    rng = np.random.default_rng(seed)
    chosen = [int(rows[rng.choice(turns[number % len(turns)])]) for number in range(cells)]
    glass = crops.glass()
    patches = [balance_patch(np.asarray(crops.patches[i]), glass[i]) for i in chosen]
    zoom_out = um_per_px / PATCH.um_per_px
    how: dict[str, Any] = {
        "strength": Strength().scaled(strength),
        "size": size_px,
        "zoom_out": zoom_out,
        "um_per_px": um_per_px,
    }
    columns = [[plain_view(patch, size=size_px, zoom_out=zoom_out) for patch in patches]]
    palettes = palettes_of(np.stack(patches), [crops.rows[i].source for i in chosen])
    neighbours = [*patches[1:], patches[0]]
    columns += [
        [
            augmented_view(patch, rng=rng, palette=palette, neighbour=neighbour, **how)
            for patch, palette, neighbour in zip(patches, palettes, neighbours, strict=True)
        ]
        for _ in range(_VARIANTS)
    ]
    tiles = [column[row] for row in range(len(chosen)) for column in columns]
    captions = [
        [(crops.rows[i].label.replace("_", " ") if number == 0 else "", "#1F2933")]
        for i in chosen
        for number in range(_VARIANTS + 1)
    ]
    title = f"Left: as the service sees it. Then augmented at strength {strength:g}."
    draw_grid(tiles, captions, path, title=title, columns=_VARIANTS + 1)
