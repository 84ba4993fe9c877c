"""Fields in which somebody said where the white cells are, read from the folder of public data sets."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import uniform_filter

from classifier.inference.colour import Rgb, optical_density
from classifier.inference.types import Box
from training.datasets.bccd import read_boxes

Point = tuple[float, float]
#: Side of a window as large as a nucleus of LISC, about 7 um.
_NUCLEUS_PX = 41
#: No white cell with a nucleus: not what the detector is asked for.
_NOT_NUCLEATED = {"platelet", "smudge"}


@dataclass(frozen=True)
class Field:
    """One image and its truth: the boxes of its white cells, or how to get the one point that lies in the labelled cell.

    `unsure` boxes cost no recall when nothing is found in them, and no precision when something is.
    """

    path: Path
    boxes: tuple[Box, ...] = ()
    unsure: tuple[Box, ...] = ()
    point: Callable[[Rgb], Point] | None = None


def middle(rgb: Rgb) -> Point:
    """The middle of an image cut around its labelled cell, (x, y) px."""
    return rgb.shape[1] / 2, rgb.shape[0] / 2


def greenest(rgb: Rgb) -> Point:
    """Where a nucleus-sized window takes most green beyond red and blue, (x, y) px: the largest nucleus of a LISC field."""
    density = optical_density(rgb)
    green = (density[..., 1] - np.maximum(density[..., 0], density[..., 2])).clip(0)
    amount = uniform_filter(green, _NUCLEUS_PX, mode="constant")
    y, x = np.unravel_index(int(amount.argmax()), amount.shape)
    return float(x), float(y)


def bccd(root: Path) -> list[Field]:
    """Every field that has an annotation, its boxes those called WBC."""
    pairs = [(root / "originals" / f"{path.stem}.jpg", path) for path in sorted((root / "annotations").glob("*.xml"))]
    return [
        Field(image, boxes=tuple(body.box for body in read_boxes(path) if body.kind == "WBC"))
        for image, path in pairs
        if image.is_file()
    ]


def raabin(root: Path) -> list[Field]:
    """Every field; where it has two boxes the smaller is unsure, for the set shows one white cell a field.

    Of those 25 smaller boxes most hold a red cell, or a sliver of a cell at the frame.
    """
    boxes: dict[str, list[Box]] = {}
    table = root / "white_cell_boxes.csv"
    if table.is_file():
        with table.open(newline="", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                box = Box(int(row["x"]), int(row["y"]), int(row["w"]), int(row["h"]))
                boxes.setdefault(row["file"], []).append(box)
    fields = []
    for path in sorted(root.glob("*.webp")) if boxes else []:
        ordered = sorted(boxes.get(path.name, []), key=lambda box: -box.w * box.h)
        fields.append(Field(path, boxes=tuple(ordered[:1]), unsure=tuple(ordered[1:])))
    return fields


def in_folders(root: Path, point: Callable[[Rgb], Point]) -> list[Field]:
    """Fields in folders named after the class of their labelled cell, of nucleated classes only."""
    paths = sorted(path for path in root.glob("*/*.webp") if path.parent.name not in _NOT_NUCLEATED)
    return [Field(path, point=point) for path in paths]


SETS: dict[str, Callable[[Path], list[Field]]] = {
    "bccd": bccd,
    "raabin": raabin,
    "lisc": lambda root: in_folders(root, greenest),
    "deepapl": lambda root: in_folders(root, middle),
    "pbc": lambda root: in_folders(root, middle),
}
