"""The folder of teaching material: pictures without metadata under neutral names, and the tables that say what they are."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from PIL import Image

from classifier.inference.types import Rgb
from training.atomic import whole_file, whole_folder, write_text
from training.manifest import Manifest

from .cells import UM_PER_PX, ChosenCell
from .fields import ChosenField
from .sources import PUBLIC_SETS

TABLE, BOXES, HELD_OUT = "material.csv", "boxes.csv", "held_out.txt"
COLUMNS = ("file", "class", "subclass", "source", "original", "part", "um_per_px", "licence", "credit", "sha256")
BOX_COLUMNS = ("file", "class", "x", "y", "w", "h")
#: Quality of the WebP files: so a cell keeps its granules in about 5 kB, and a field takes less than 60 kB.
_CELL_QUALITY, _FIELD_QUALITY = 92, 88


def write_material(
    cells: Sequence[ChosenCell], fields: Sequence[ChosenField], manifest: Manifest, *, out: Path
) -> None:
    """Write pictures and tables below `out`; the same material gives the same bytes. What else lies there stays."""
    rows, boxes = [], []
    numbers: Counter[str] = Counter()
    with whole_folder(out / "cells", replace=True) as draft:
        for cell in cells:
            label = cell.row.label
            numbers[label] += 1
            name = f"{label}/{numbers[label]:03}.webp"
            digest = _write_picture(draft / name, cell.square, _CELL_QUALITY)
            traits = {"class": label, "subclass": cell.subclass, "um_per_px": f"{UM_PER_PX:.4f}", "sha256": digest}
            rows.append(_row(f"cells/{name}", cell.row.source, Path(cell.row.path).name, traits))
    with whole_folder(out / "fields", replace=True) as draft:
        for number, field in enumerate(fields, 1):
            name = f"{number:03}.webp"
            digest = _write_picture(draft / name, field.rgb, _FIELD_QUALITY)
            scale = f"{field.um_per_px:.4f}" if field.um_per_px else ""
            rows.append(_row(f"fields/{name}", field.source, field.original, {"um_per_px": scale, "sha256": digest}))
            for label, box in field.cells:
                sides = {"x": box.x, "y": box.y, "w": box.w, "h": box.h}
                boxes.append({"file": f"fields/{name}", "class": label, **sides})
    _write_table(out / TABLE, COLUMNS, rows)
    _write_table(out / BOXES, BOX_COLUMNS, boxes)
    write_text(out / HELD_OUT, "".join(f"{name}\n" for name in _held_out(manifest)))


def _row(file: str, source: str, original: str, traits: Mapping[str, str]) -> dict[str, str]:
    terms = PUBLIC_SETS[source]
    where = {"file": file, "source": source, "original": original, "part": "train"}
    return {"class": "", "subclass": "", **where, "licence": terms.licence, "credit": terms.credit, **traits}


def _held_out(manifest: Manifest) -> list[str]:
    """File names of all originals in the validation and test parts: no picture that ships may come from one of them."""
    held = [row for row in manifest.rows if row.split != "train" and row.source in PUBLIC_SETS]
    groups = {row.group for row in manifest.rows if row.split != "train"}
    return sorted({Path(row.path).name for row in held} | {Path(group).name for group in groups})


def _write_picture(path: Path, rgb: Rgb, quality: int) -> str:
    """Write pixels and nothing else; gives the SHA-256 of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(path, "WEBP", quality=quality, method=6, exact=False)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    with whole_file(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, columns, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
