"""Teaching material for tests: drawn pictures, each one different."""

from __future__ import annotations

import io
import itertools

import numpy as np
from django.core.files.base import ContentFile
from PIL import Image

from education.models import (
    SIDE_PX,
    MaterialState,
    SetState,
    Source,
    TeachingCell,
    TeachingField,
    TeachingSet,
    TeachingSetCell,
    Truth,
)
from education.services.material import keep_cell, pixel_hash

_numbers = itertools.count(1)
PUBLIC = {"source": Source.PUBLIC, "licence": "CC BY 4.0", "credit": "Acevedo et al. 2020"}


def drawn_pixels() -> np.ndarray:
    """A picture that no other call returned."""
    number = next(_numbers)
    pixels = np.full((SIDE_PX, SIDE_PX, 3), 235, np.uint8)
    pixels[80:176, 80:176] = (90 + number % 100, 40, 120)
    pixels[0, :8, 0] = [number >> bit & 1 for bit in range(8)]
    pixels[1, :8, 0] = [number >> 8 + bit & 1 for bit in range(8)]
    return pixels


def teaching_cell(cell_class: str = "neutrophil", **columns) -> TeachingCell:
    """One open cell of a public collection, shared by all laboratories."""
    given = {**PUBLIC, "truth": Truth.PUBLISHED, "state": MaterialState.OPEN, "um_per_px": 22 / SIDE_PX, **columns}
    return keep_cell(pixels=drawn_pixels(), cell_class=cell_class, **given)[0]


def teaching_field(**columns) -> TeachingField:
    """One open field of a public collection."""
    pixels = drawn_pixels()
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, format="PNG")
    given = {**PUBLIC, "truth": Truth.PUBLISHED, "state": MaterialState.OPEN, "width": SIDE_PX, "height": SIDE_PX}
    field = TeachingField(pixel_hash=pixel_hash(pixels), **{**given, **columns})
    field.picture.save("", ContentFile(written.getvalue()), save=False)
    field.save()
    return field


def teaching_set(*cells: TeachingCell, **columns) -> TeachingSet:
    """An open set for everybody, of the cells given, in order; of all there are where none is given."""
    given = {"title": f"Set {next(_numbers)}", "state": SetState.OPEN, "length": max(len(cells), 5), **columns}
    made = TeachingSet.objects.create(**given)
    for position, cell in enumerate(cells):
        TeachingSetCell.objects.create(teaching_set=made, position=position, cell=cell)
    return made
