"""The cells of a report as images: one montage a class, every tile at the same physical scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils.translation import gettext as _
from PIL import Image

from cases.cell_classes import BY_CODE
from cases.imaging import crop_around, encode_jpeg
from cases.services.decoding import decode_stored
from cases.stored_files import open_display, open_original
from hematovision.errors import Conflict, Gone

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cases.models import Case, SmearImage

TILE_UM = 24
"""Side of the square that a tile shows, um: a monocyte and its surroundings."""
TILE_MM = 14
"""Side of a tile on paper, mm."""
COLUMNS, ROWS = 12, 5
_TILE_PX = 96
_GAP_PX = 4
_UNSCALED_SPAN_PX = 96
_QUALITY = 90


@dataclass(frozen=True, slots=True)
class ClassPictures:
    """The cells of one class: `shown` of `total` in one JPEG of `columns` tiles a row. `label` is translated where it is printed."""

    code: str
    label: str
    letter: str
    shown: int
    total: int
    columns: int
    rows: int
    jpeg: bytes

    @property
    def width_mm(self) -> float:
        """Width on paper, mm."""
        return self.columns * TILE_MM

    @property
    def name(self) -> str:
        """The address under which the page asks for the picture."""
        return f"smear:{self.code}"


def class_pictures(case: Case, content: dict[str, Any]) -> list[ClassPictures]:
    """Return a montage of every class that was counted, in the order classes are always shown.

    Of more cells than fit, evenly spaced ones are shown, the same ones every time. Raises `Conflict` where an image
    cannot be read: nobody signs for cells that cannot be seen.
    """
    by_class: dict[str, list[dict[str, Any]]] = {}
    for cell in content["cells"]:
        if not cell["excluded"] and cell["label"]:
            by_class.setdefault(cell["label"], []).append(cell)
    chosen = {code: _evenly(cells, COLUMNS * ROWS) for code, cells in by_class.items()}
    tiles = _tiles(case, content, [cell for cells in chosen.values() for cell in cells])
    return [
        _montage(code, [tiles[cell["id"]] for cell in chosen[code]], len(by_class[code]))
        for code in BY_CODE
        if code in chosen
    ]


def _evenly(cells: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    if len(cells) <= most:
        return cells
    return [cells[round(i * (len(cells) - 1) / (most - 1))] for i in range(most)]


def _tiles(case: Case, content: dict[str, Any], cells: list[dict[str, Any]]) -> dict[str, NDArray[np.uint8]]:
    """Cut the tile of each cell; every image is decoded once."""
    wanted: dict[str, list[dict[str, Any]]] = {}
    for cell in cells:
        wanted.setdefault(cell["image"], []).append(cell)
    scale = {image["id"]: image["um_per_px"] or content["case"]["um_per_px"] for image in content["images"]}
    found: dict[str, NDArray[np.uint8]] = {}
    for image in case.images.filter(pk__in=list(wanted)):
        pixels = _pixels(image)
        um_per_px = float(scale[str(image.pk)] or 0)
        span = max(8, round(TILE_UM / um_per_px)) if um_per_px > 0 else _UNSCALED_SPAN_PX
        for cell in wanted[str(image.pk)]:
            x, y, width, height = cell["box"]
            found[cell["id"]] = crop_around(pixels, (x, y, width, height), span=span, size=_TILE_PX)
    return found


def _pixels(image: SmearImage) -> NDArray[np.uint8]:
    try:
        if image.is_shown:
            with open_display(image) as file:
                return np.asarray(Image.open(file).convert("RGB"), dtype=np.uint8)
        with open_original(image) as file:
            return decode_stored(file)
    except (OSError, Gone) as error:
        sentence = _("The image of field %(field)s cannot be read, so its cells cannot be put into the report.")
        raise Conflict(sentence % {"field": image.ordinal}, code="picture_missing") from error


def _montage(code: str, tiles: list[NDArray[np.uint8]], total: int) -> ClassPictures:
    columns = min(COLUMNS, len(tiles))
    rows = math.ceil(len(tiles) / COLUMNS)
    pitch = _TILE_PX + _GAP_PX
    sheet = np.full((rows * pitch, columns * pitch, 3), 255, dtype=np.uint8)
    for number, tile in enumerate(tiles):
        top, left = number // COLUMNS * pitch, number % COLUMNS * pitch
        sheet[top : top + _TILE_PX, left : left + _TILE_PX] = tile
    cell_class = BY_CODE[code]
    return ClassPictures(
        code=code,
        label=cell_class.plural,
        letter=cell_class.letter,
        shown=len(tiles),
        total=total,
        columns=columns,
        rows=rows,
        jpeg=encode_jpeg(sheet, quality=_QUALITY),
    )
