"""Which cells of a single-cell set are shipped for teaching: sharp ones, most of them typical, a few not."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from classifier.inference.crops import CropSpec, crop_cells
from classifier.inference.detector import detect_cells
from classifier.inference.picture_limits import FOCUS
from classifier.inference.quality import edge_width
from classifier.inference.single_cells import labelled_centre
from classifier.inference.types import Candidate, Rgb
from training.crop_set import read_rgb, source_scale
from training.errors import BadData
from training.manifest import Manifest, ManifestRow

#: A square of 22 um holds the largest cell of a smear with some of what lies around it.
SQUARE_UM, SIDE_PX = 22.0, 160
UM_PER_PX = SQUARE_UM / SIDE_PX
#: How the set names what a teacher tells apart and the classifier does not: the file name up to its first `_`.
SUBCLASSES = {
    ("neutrophil", "SNE"): "segmented",
    ("neutrophil", "BNE"): "band",
    ("immature_granulocyte", "PMY"): "promyelocyte",
    ("immature_granulocyte", "MY"): "myelocyte",
    ("immature_granulocyte", "MMY"): "metamyelocyte",
}
#: Cells of a class, of a subclass that only teaching tells apart, and the share of them that are not typical.
_A_CLASS, _A_SUBCLASS, _ATYPICAL = 20, 12, 0.25
_POOL = 160
#: Where in the order by likeness to the middle of their class typical and other cells are taken from. The last ones are mostly
#: cells that were cut or labelled wrongly.
_TYPICAL, _ODD = (0.0, 0.6), (0.75, 0.92)
_SPLIT_OF_TEACHING = "train"


@dataclass(frozen=True)
class ChosenCell:
    """One cell: where it comes from, what it is, and its square (160, 160, 3) uint8 RGB at `UM_PER_PX`."""

    row: ManifestRow
    subclass: str
    square: Rgb


@dataclass(frozen=True)
class _Seen:
    row: ManifestRow
    square: Rgb
    traits: NDArray[np.float64]


def choose_cells(manifest: Manifest, *, source: str, without: Sequence[str] = ()) -> list[ChosenCell]:
    """Cells of the training part of `source`, the same ones for the same manifest, in an order that tells nothing.

    `without` names originals that somebody did not want. Raises BadData when a class has too few sharp cells.
    """
    pools: dict[tuple[str, str], list[ManifestRow]] = defaultdict(list)
    taken: set[str] = set()
    for row in sorted(manifest.rows, key=_shuffled):
        if row.source != source or row.split != _SPLIT_OF_TEACHING or row.group in taken:
            continue
        name = Path(row.path)
        subclass = SUBCLASSES.get((row.label, name.stem.partition("_")[0]), "")
        has_subclasses = any(label == row.label for label, _ in SUBCLASSES)
        if subclass or not has_subclasses:
            taken.add(row.group)
            pools[row.label, subclass].append(row)
    scale = source_scale(source, [str(manifest.root / row.path) for row in manifest.rows if row.source == source])
    chosen = []
    for (label, subclass), rows in sorted(pools.items()):
        seen = [one for row in rows[:_POOL] if (one := _look(manifest.root, row, scale.um_per_px))]
        count = _A_CLASS if subclass in ("", "segmented") else _A_SUBCLASS
        if len(seen) < 2 * count:
            message = (
                f"Only {len(seen)} sharp, whole cells of {label} {subclass} lie in {source}; {2 * count} are needed."
            )
            raise BadData(message)
        unwanted = {place for place, one in enumerate(seen) if Path(one.row.path).name in without}
        chosen += [ChosenCell(seen[i].row, subclass, seen[i].square) for i in _some_of(seen, unwanted, count)]
    return sorted(chosen, key=lambda cell: (cell.row.label, _shuffled(cell.row)))


def _shuffled(row: ManifestRow) -> str:
    return hashlib.sha256(f"teach {row.sha256}".encode()).hexdigest()


def _look(root: Path, row: ManifestRow, um_per_px: float) -> _Seen | None:
    """The labelled cell of an image; None unless it was found, is sharp, is the only one in its square and lies inside."""
    rgb = read_rgb(root / row.path)
    height, width = rgb.shape[:2]
    found = detect_cells(rgb, um_per_px=um_per_px)
    centre, is_found = labelled_centre(found, width=width, height=height, pick="central")
    half = SQUARE_UM / 2 / um_per_px
    is_inside = half <= centre[0] <= width - half and half <= centre[1] <= height - half
    if not is_found or not is_inside or not edge_width(rgb, um_per_px) <= FOCUS.sharp_um:
        return None
    cell = next(one for one in found if one.centre == centre)
    others = [one for one in found if one is not cell and one.kind == "nucleated"]
    if any(abs(one.centre[0] - centre[0]) < half and abs(one.centre[1] - centre[1]) < half for one in others):
        return None
    if (row.label == "platelet") != (cell.kind == "platelet"):
        return None
    spec = CropSpec(SIDE_PX, UM_PER_PX, white_balance=False)
    square = crop_cells(rgb, [cell.box.centre], um_per_px=um_per_px, spec=spec)[0]
    return _Seen(row, square, _traits(rgb, cell, um_per_px))


def _traits(rgb: Rgb, cell: Candidate, um_per_px: float) -> NDArray[np.float64]:
    """How large the nucleus is, how round its box, how much of the box it fills, and the colours of the cell."""
    box = cell.box
    window = rgb[max(0, box.y) : box.y + box.h, max(0, box.x) : box.x + box.w]
    lab = cv2.cvtColor(np.ascontiguousarray(window), cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float64)
    shape = [np.log(cell.area_px * um_per_px**2), box.w / box.h + box.h / box.w, cell.area_px / (box.w * box.h)]
    return np.array([*shape, *lab.mean(axis=0), *lab.std(axis=0)])


def _some_of(seen: Sequence[_Seen], unwanted: set[int], count: int) -> list[int]:
    """Places in `seen`: evenly spread over the typical ones, and a few of the others."""
    traits = np.array([one.traits for one in seen])
    middle = np.median(traits, axis=0)
    spread = np.median(np.abs(traits - middle), axis=0) + 1e-9
    order = np.argsort(np.abs((traits - middle) / spread).mean(axis=1), kind="stable").tolist()
    odd = round(count * _ATYPICAL)
    left_out = set(unwanted)
    return _even(order, *_TYPICAL, count - odd, left_out) + _even(order, *_ODD, odd, left_out)


def _even(order: Sequence[int], first: float, last: float, count: int, left_out: set[int]) -> list[int]:
    """Evenly spread over a part of an order; where one is left out, the next comes in, and no other moves."""
    taken = []
    for share in np.linspace(first, last, count):
        place = next(i for i in order[round(share * (len(order) - 1)) :] if i not in left_out)
        left_out.add(place)
        taken.append(place)
    return taken
