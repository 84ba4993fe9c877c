"""The folder `material`: every picture credited, none from a held-out part, pixels only, small."""

import csv
import hashlib
import re
import struct
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from classifier.inference.labels import LABELS
from training.material.cells import SIDE_PX, SUBCLASSES, UM_PER_PX
from training.material.fields import TRAINING_NAMES
from training.material.sources import PUBLIC_SETS
from training.material.writing import BOX_COLUMNS, BOXES, COLUMNS, HELD_OUT, TABLE

MATERIAL = Path(__file__).resolve().parents[2] / "material"
LARGEST_FIELD, LARGEST_CELL, LARGEST_FOLDER = 60_000, 12_000, 1_500_000


def table(name):
    with (MATERIAL / name).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def rows():
    return table(TABLE)


def chunks(path):
    """Names of the parts of a WebP file."""
    content, place, found = path.read_bytes(), 12, []
    while place < len(content):
        found.append(content[place : place + 4].decode("ascii"))
        (size,) = struct.unpack("<I", content[place + 4 : place + 8])
        place += 8 + size + size % 2
    return found


def size_of(name):
    with Image.open(MATERIAL / name) as picture:
        return picture.size


def test_every_picture_is_in_the_table_and_every_row_has_its_picture(rows):
    listed = {row["file"]: row["sha256"] for row in rows}
    found = {path.relative_to(MATERIAL).as_posix(): path for path in MATERIAL.rglob("*.webp")}
    assert tuple(rows[0]) == COLUMNS
    assert len(listed) == len(rows)
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()} == listed


def test_every_picture_has_the_licence_and_credit_of_its_set_and_credits_tell_of_it(rows):
    credits_file = (MATERIAL / "CREDITS.md").read_text(encoding="utf-8")
    assert [
        row["file"]
        for row in rows
        if (row["licence"], row["credit"]) != tuple(vars(PUBLIC_SETS[row["source"]]).values())
    ] == []
    assert [terms.credit for terms in PUBLIC_SETS.values() if terms.credit not in credits_file] == []


def test_no_picture_comes_from_a_part_that_is_held_out(rows):
    held_out = set((MATERIAL / HELD_OUT).read_text(encoding="utf-8").split())
    training = set(TRAINING_NAMES.read_text(encoding="utf-8").split())
    assert len(held_out) > 2_200
    assert [row["file"] for row in rows if row["part"] != "train" or row["original"] in held_out] == []
    assert [row["file"] for row in rows if row["source"] == "raabin" and row["original"] not in training] == []
    assert len({row["original"] for row in rows}) == len(rows)


def test_files_hold_pixels_only_and_their_names_tell_nothing():
    pictures = sorted(MATERIAL.rglob("*.webp"))
    assert {tuple(chunks(path)) for path in pictures} == {("VP8 ",)}
    assert [path for path in pictures if not re.fullmatch(r"\d{3}\.webp", path.name)] == []


def test_the_folder_is_small():
    sizes = {path: path.stat().st_size for path in MATERIAL.rglob("*") if path.is_file()}
    assert max(size for path, size in sizes.items() if "cells" in path.parts) < LARGEST_CELL
    assert max(size for path, size in sizes.items() if "fields" in path.parts) < LARGEST_FIELD
    assert sum(sizes.values()) < LARGEST_FOLDER


def test_every_class_has_at_least_twenty_cells_and_every_subclass_twelve(rows):
    cells = [row for row in rows if row["file"].startswith("cells/")]
    classes, subclasses = (Counter(row[name] for row in cells) for name in ("class", "subclass"))
    assert set(classes) == set(LABELS)
    assert min(classes.values()) >= 20
    assert set(subclasses) - {""} == set(SUBCLASSES.values())
    assert min(subclasses.values()) >= 12
    assert {row["file"].split("/")[1] for row in cells if row["class"] != row["file"].split("/")[1]} == set()


def test_cells_are_squares_of_one_scale(rows):
    cells = [row for row in rows if row["file"].startswith("cells/")]
    assert {size_of(row["file"]) for row in cells} == {(SIDE_PX, SIDE_PX)}
    assert {row["um_per_px"] for row in cells} == {f"{UM_PER_PX:.4f}"}


def test_every_field_has_a_boxed_cell_that_lies_inside(rows):
    fields = {row["file"]: size_of(row["file"]) for row in rows if row["file"].startswith("fields/")}
    boxes = table(BOXES)
    assert tuple(boxes[0]) == BOX_COLUMNS
    assert {box["file"] for box in boxes} == set(fields)
    assert {box["class"] for box in boxes} <= {"", *LABELS}
    outside = [
        box
        for box in boxes
        if not 0 < int(box["x"]) < int(box["x"]) + int(box["w"]) < fields[box["file"]][0]
        or not 0 < int(box["y"]) < int(box["y"]) + int(box["h"]) < fields[box["file"]][1]
    ]
    assert outside == []
