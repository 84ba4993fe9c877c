"""What a network sees of a crop set: the views cut with it, or others of any size and scale taken from its patches."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from classifier.inference.crops import CropSpec, crop_cells
from classifier.inference.types import Rgb

from .atomic import read_json, write_json
from .crop_set import PATCH, Crops
from .errors import BadData

SPEC = "spec.json"


def note_spec(folder: Path | str, spec: CropSpec) -> None:
    """Write beside a crop set how its views were cut."""
    write_json(Path(folder) / SPEC, asdict(spec))


def views_at(crops: Crops, rows: NDArray[np.int64], spec: CropSpec) -> Rgb:
    """Views (N, S, S, 3) uint8 of some rows as a network of `spec` sees them.

    The crop set's own views when they were cut so (or when it does not say how, and the size is right); else taken from the
    wider patches, which differs from a fresh cut by one more resampling. Raises BadData for a view wider than a patch.
    """
    if not len(rows):
        return np.empty((0, spec.size_px, spec.size_px, 3), np.uint8)
    if _cut_so(crops, spec):
        return np.asarray(crops.views[rows])
    if spec.size_px * spec.um_per_px > PATCH.size_px * PATCH.um_per_px:
        message = (
            f"A view of {spec.size_px} px at {spec.um_per_px:g} um/px is wider than the patches of this crop set "
            f"({PATCH.size_px * PATCH.um_per_px:g} um); cut the crops again."
        )
        raise BadData(message)
    from .sampling import balance_patch

    plain = CropSpec(spec.size_px, spec.um_per_px, white_balance=False)
    glass = crops.glass()
    middle = (PATCH.size_px - 1) / 2

    def view(row: int) -> Rgb:
        patch = np.asarray(crops.patches[row])
        patch = balance_patch(patch, glass[row]) if spec.white_balance else patch
        return crop_cells(patch, [(middle, middle)], um_per_px=PATCH.um_per_px, spec=plain)[0]

    cv2.setNumThreads(1)
    with ThreadPoolExecutor(2) as pool:
        return np.stack(list(pool.map(view, rows.tolist())))


def _cut_so(crops: Crops, spec: CropSpec) -> bool:
    name = getattr(crops.views, "filename", None)
    path = Path(name).with_name(SPEC) if name else None
    if path is None or not path.is_file():
        return bool(crops.views.shape[1] == spec.size_px)
    return bool(read_json(path) == asdict(spec))
