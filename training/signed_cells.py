"""The platform's own cells, decided by pathologists and signed, as training images.

Training knows no patients: what crosses over is an image of one cell, its class, a scale and a group. The platform
implements `SignedCells` with its own queries; `write_signed` turns it into a source for `prepare`.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PIL import Image

from classifier.inference.types import Rgb

from .atomic import whole_folder
from .datasets.source_image import class_of
from .errors import BadData

TABLE = "cells.csv"


@dataclass(frozen=True)
class SignedCell:
    """One cell of a signed report.

    `rgb` (H, W, 3) uint8: the neighbourhood of the cell, the cell in the middle. `label`: the class signed. `key`: an
    opaque, stable name of the cell. `group`: an opaque name of the patient, the same for all cells of one patient, so
    that no patient is on both sides of a split. `um_per_px`: scale of the image. `site`: camera and laboratory.
    """

    key: str
    rgb: Rgb
    label: str
    group: str
    um_per_px: float
    site: str


class SignedCells(Protocol):
    """Where signed cells come from."""

    def cells(self) -> Iterator[SignedCell]:
        """Every cell of every signed report that may be used for training, in a stable order."""
        ...


def write_signed(source: SignedCells, out: Path | str) -> Path:
    """Write the cells as PNG files and a table that `prepare` reads as one source a site; gives the table.

    Raises BadData when there is no cell or two have one key. Names on disk are the opaque keys, so nothing identifies
    anybody.
    """
    seen: set[str] = set()
    with whole_folder(out) as folder, (folder / TABLE).open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["path", "label", "group", "source", "um_per_px"])
        for cell in source.cells():
            if cell.key in seen or not cell.key.replace("-", "").isalnum():
                message = f"The signed cell “{cell.key}” comes twice, or its key is no plain name."
                raise BadData(message)
            seen.add(cell.key)
            label = class_of(cell.label, where=f"signed cell {cell.key}")
            path = Path(label) / f"{cell.key}.png"
            (folder / label).mkdir(exist_ok=True)
            Image.fromarray(cell.rgb).save(folder / path)
            table.writerow([path.as_posix(), label, cell.group, cell.site, f"{cell.um_per_px:g}"])
        if not seen:
            message = "There is no signed cell that may be used for training."
            raise BadData(message)
    return Path(out) / TABLE
