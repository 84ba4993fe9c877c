"""BCCD: 640x480 fields with Pascal VOC boxes of white cells, red cells and platelets, and a table of labels.

The table names the white cells of a field; only fields with exactly one carry a label that belongs to a cell.
"""

import csv
import re
import xml.etree.ElementTree as ET  # the files are local annotation data; no entity is declared in them
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from classifier.inference.types import Box
from training.errors import BadData

from .source_image import SourceImage, class_of, require_some

LABELS, ORIGINALS, ANNOTATIONS, HELD_OUT = "labels.csv", "originals", "annotations", "test_originals.txt"


@dataclass(frozen=True)
class FieldBox:
    """One annotated body of a field: kind as annotated (WBC, RBC, Platelets) and its box in px."""

    kind: str
    box: Box


def is_bccd(root: Path) -> bool:
    """Whether a folder is laid out as BCCD."""
    return (root / LABELS).is_file() and (root / ORIGINALS).is_dir()


def read_bccd(root: Path, *, source: str) -> list[SourceImage]:
    """Fields with one labelled white cell. Those named in test_originals.txt are the official test, never training.

    Each field is its own group, called by its file name, which is also what groups.csv calls it.
    """
    held_out = held_out_originals(root)
    return require_some(_single_labels(root, source, held_out), where=root)


def held_out_originals(root: Path) -> set[str]:
    """File names of the fields behind the official test; empty when the set does not say."""
    path = root / HELD_OUT
    return set(path.read_text(encoding="utf-8").split()) if path.is_file() else set()


def _single_labels(root: Path, source: str, held_out: set[str]) -> Iterator[SourceImage]:
    try:
        with (root / LABELS).open(newline="", encoding="utf-8-sig") as stream:
            rows = [(row["Image"], row["Category"]) for row in csv.DictReader(stream)]
    except (OSError, KeyError) as error:
        message = f"{root / LABELS} cannot be read: it needs the columns Image and Category ({error})."
        raise BadData(message) from error
    for number, category in rows:
        names = [name for name in re.split(r"[,;]", category or "") if name.strip()]
        if len(names) != 1:
            continue
        path = root / ORIGINALS / f"BloodImage_{int(number):05d}.jpg"
        if not path.is_file():
            continue  # the table has a few rows more than the set has images
        label = class_of(names[0], where=f"{root / LABELS}, image {number}")
        split = "test" if path.name in held_out else "train" if held_out else ""
        yield SourceImage(path=path, label=label, source=source, group=path.name, split=split)


def read_boxes(path: Path) -> list[FieldBox]:
    """The annotated bodies of one VOC file; raises BadData naming the file when it cannot be read."""
    try:
        root = ET.parse(path).getroot()  # noqa: S314  local annotation files, see above
        return [_body(item) for item in root.iter("object")]
    except (OSError, ET.ParseError, AttributeError, TypeError, ValueError) as error:
        message = f"{path} is no Pascal VOC annotation: {error}"
        raise BadData(message) from error


def _body(item: ET.Element) -> FieldBox:
    left, top, right, bottom = (
        int(float(item.findtext(f"bndbox/{side}") or "x")) for side in ("xmin", "ymin", "xmax", "ymax")
    )
    return FieldBox(kind=item.findtext("name") or "", box=Box(left, top, right - left, bottom - top))
