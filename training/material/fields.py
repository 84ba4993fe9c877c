"""Which whole fields are shipped for teaching: those of BCCD with a known class, and fields of other cameras boxed without one."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.inference.picture_limits import FOCUS
from classifier.inference.quality import assess
from classifier.inference.scale import ENOUGH_CELLS, measure_red_cells
from classifier.inference.types import Box, Rgb
from training.crop_set import read_rgb, source_scale
from training.datasets.bccd import ANNOTATIONS, read_boxes
from training.errors import BadData
from training.manifest import Manifest, ManifestRow

#: Fields a set; in BCCD so that every class it has is there.
_FIELDS = 6
_WHITE = "WBC"
BOXES_WITHOUT_CLASS = "white_cell_boxes.csv"
#: Training part of the set that the pictures without class come from, by file name.
TRAINING_NAMES = Path(__file__).with_name("raabin_train.txt")


@dataclass(frozen=True)
class ChosenField:
    """One field (H, W, 3) uint8 RGB: its set and original, its scale where known, and its cells: class (empty: unknown) and box."""

    source: str
    original: str
    um_per_px: float | None
    cells: tuple[tuple[str, Box], ...]
    rgb: Rgb


def choose_bccd_fields(manifest: Manifest, *, source: str, without: Sequence[str] = ()) -> list[ChosenField]:
    """Sharp fields of the training part with one white cell, of all classes in turn.

    Platelets are left out: many were never boxed. The scale is pooled over the camera. Raises BadData when there are too few.
    """
    rows = [row for row in manifest.rows if row.source == source]
    scale = source_scale(source, [str(manifest.root / row.path) for row in rows])
    by_class: dict[str, Iterator[ChosenField]] = {}
    for label in sorted({row.label for row in rows}):
        fit = sorted(
            (row for row in rows if row.label == label and row.split == "train"), key=lambda r: _shuffled(r.sha256)
        )
        by_class[label] = _bccd_fields(
            manifest, [row for row in fit if Path(row.path).name not in without], scale.um_per_px
        )
    chosen: list[ChosenField] = []
    while len(chosen) < _FIELDS:
        found = [field for fields in by_class.values() if (field := next(fields, None))]
        if not found:
            message = f"Only {len(chosen)} sharp fields of {source} belong to the training part; {_FIELDS} are needed."
            raise BadData(message)
        chosen += found
    return chosen[:_FIELDS]


def _bccd_fields(manifest: Manifest, rows: Sequence[ManifestRow], um_per_px: float) -> Iterator[ChosenField]:
    for row in rows:
        path = manifest.root / row.path
        boxes = read_boxes(path.parent.parent / ANNOTATIONS / f"{path.stem}.xml")
        white = [one.box for one in boxes if one.kind == _WHITE]
        rgb = read_rgb(path)
        if len(white) != 1 or not _is_fit(rgb, um_per_px) or not _is_whole(white[0], rgb):
            continue
        yield ChosenField(row.source, path.name, um_per_px, ((row.label, white[0]),), rgb)


def choose_fields_without_class(folder: Path, *, source: str, without: Sequence[str] = ()) -> list[ChosenField]:
    """Sharp fields of several cameras with one boxed white cell, from the training part only.

    The scale is the field's own, by its red cells, None where it shows too few.
    """
    with (folder / BOXES_WITHOUT_CLASS).open(newline="", encoding="utf-8") as stream:
        boxes = {row["file"]: Box(*(int(row[side]) for side in "xywh")) for row in csv.DictReader(stream)}
    names = [
        name for name in TRAINING_NAMES.read_text(encoding="utf-8").split() if name in boxes and name not in without
    ]
    chosen: list[ChosenField] = []
    for name in sorted(names, key=_shuffled):
        rgb = read_rgb(folder / name)
        ruler = measure_red_cells(rgb)
        scale = ruler.um_per_px if ruler.count >= ENOUGH_CELLS else None
        if _is_whole(boxes[name], rgb) and _is_fit(rgb, scale):
            chosen.append(ChosenField(source, name, scale, (("", boxes[name]),), rgb))
        if len(chosen) == _FIELDS:
            return chosen
    message = f"Only {len(chosen)} sharp fields of {source} belong to the training part; {_FIELDS} are needed."
    raise BadData(message)


def _shuffled(name: str) -> str:
    return hashlib.sha256(f"teach {name}".encode()).hexdigest()


def _is_whole(box: Box, rgb: Rgb) -> bool:
    height, width = rgb.shape[:2]
    return box.x > 0 and box.y > 0 and box.x + box.w < width and box.y + box.h < height


def _is_fit(rgb: Rgb, um_per_px: float | None) -> bool:
    quality = assess(rgb, cells_found=1, um_per_px=um_per_px)
    return quality.verdict != "poor" and quality.measurements["focus"].value <= FOCUS.soft_um
