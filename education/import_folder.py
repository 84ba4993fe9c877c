"""What a folder of pictures says about them, before any picture is opened: by a table in it, or by the names of its folders."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.inference.labels import find_label
from education.teaching_classes import BY_CODE, CODES
from hematovision.errors import Unprocessable

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE, BOXES = "material.csv", "boxes.csv"
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
_SIDES = ("x", "y", "w", "h")


@dataclass(frozen=True, slots=True)
class Box:
    """The box of one cell, in pixels of its field; `cell_class` is empty where nobody named the cell."""

    cell_class: str
    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture: where it lies and what is known of it. It is a field where it has boxes, else a cell of a class.

    `um_per_px` is of the file, None where it is not known.
    """

    path: Path
    licence: str
    credit: str
    cell_class: str = ""
    boxes: tuple[Box, ...] = ()
    um_per_px: float | None = None
    stain: str = ""
    camera: str = ""


def read_folder(folder: Path, *, licence: str, credit: str, um_per_px: float | None = None) -> list[Entry]:
    """Return the pictures of `folder`, in order of name.

    With `material.csv` in it: its rows, with a file for each and licence and credit of its own where it gives them, and the boxes
    of `boxes.csv`. Without: every picture below folders that are named after classes. Raises `Unprocessable` naming the
    file, the row or the class that is wrong, also for a picture without licence or credit.
    """
    if not folder.is_dir():
        raise Unprocessable(f"There is no folder {folder}.")  # not translated
    given = Entry(folder, licence.strip(), credit.strip(), um_per_px=um_per_px)
    entries = list(_of_table(folder, given) if (folder / TABLE).is_file() else _of_folders(folder, given))
    if not entries:
        raise Unprocessable(f"There is no picture in {folder}.")  # not translated
    root = folder.resolve()
    for entry in entries:
        # A link in a folder of somebody else could bring in any picture of this machine.
        if not entry.path.resolve().is_relative_to(root):
            raise Unprocessable(f"{entry.path} is a link that leads out of {folder}.")  # not translated
        for what, said in (("licence", entry.licence), ("credit", entry.credit)):
            if not said:
                sentence = f"{entry.path.name} has no {what}. Give it with --{what}."  # not translated
                raise Unprocessable(sentence)
    return entries


def class_called(name: str, *, where: str) -> str:
    """Return the code of the class called `name`; raises `Unprocessable` naming the place where none is called so."""
    code = "_".join(name.lower().replace("-", " ").replace("_", " ").split())
    if code not in BY_CODE:
        code = find_label(name) or ""
    if not code:
        sentence = (
            f"{where}: “{name}” is no class that is taught. The classes are {', '.join(CODES)}."  # not translated
        )
        raise Unprocessable(sentence)
    return code


def _of_folders(folder: Path, given: Entry) -> Iterator[Entry]:
    for inner in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        pictures = sorted(path for path in inner.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
        if pictures:
            code = class_called(inner.name, where=str(inner))
            yield from (Entry(path, given.licence, given.credit, code, um_per_px=given.um_per_px) for path in pictures)


def _of_table(folder: Path, given: Entry) -> Iterator[Entry]:
    boxes = _boxes(folder)
    for where, row in _rows(folder / TABLE, needs=("file", "class")):
        path = folder / row["file"]
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise Unprocessable(f"{where}: there is no file “{row['file']}” in {folder}.")  # not translated
        name = row.get("subclass") or row["class"]
        boxed = tuple(boxes.pop(row["file"], ()))
        if bool(name) == bool(boxed):
            sentence = f"{where}: a picture has either a class, or boxes in {BOXES}."  # not translated
            raise Unprocessable(sentence)
        yield Entry(
            path,
            row.get("licence") or given.licence,
            row.get("credit") or given.credit,
            class_called(name, where=where) if name else "",
            boxed,
            _scale(row.get("um_per_px", ""), where) if row.get("um_per_px") else given.um_per_px,
            row.get("stain", ""),
            row.get("camera", ""),
        )
    if boxes:
        raise Unprocessable(f"{folder / BOXES}: “{min(boxes)}” is not in {TABLE}.")  # not translated


def _boxes(folder: Path) -> dict[str, list[Box]]:
    found: dict[str, list[Box]] = defaultdict(list)
    if (folder / BOXES).is_file():
        for where, row in _rows(folder / BOXES, needs=("file", "class", *_SIDES)):
            try:
                x, y, w, h = (int(row[side]) for side in _SIDES)
            except ValueError as error:
                raise Unprocessable(f"{where}: a box has whole numbers x, y, w, h.") from error  # not translated
            if min(x, y) < 0 or min(w, h) < 1:
                raise Unprocessable(f"{where}: this box is empty or outside its picture.")  # not translated
            found[row["file"]].append(Box(class_called(row["class"], where=where) if row["class"] else "", x, y, w, h))
    return found


def _rows(path: Path, *, needs: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every row of a table with where it stands, its texts without space around them."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            table = csv.DictReader(stream)
            missing = [name for name in needs if name not in (table.fieldnames or ())]
            if missing:
                raise Unprocessable(f"{path} has no column {missing[0]}.")  # not translated
            for row in table:
                where = f"{path}, line {table.line_num}"
                yield where, {name: (text or "").strip() for name, text in row.items() if isinstance(name, str)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Unprocessable(f"{path} cannot be read as a table: {error}") from error  # not translated


def _scale(text: str, where: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not (math.isfinite(scale) and scale > 0):
        raise Unprocessable(f"{where}: “{text}” is no scale in micrometres per pixel.")  # not translated
    return scale
