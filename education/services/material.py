"""Keeping a picture of a cell, or of a field, that is taught."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image

from education.models import SIDE_PX, MaterialState, TeachingBox, TeachingCell, TeachingField

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from accounts.models import Organisation


_COMPRESSION = 3
"""Of a PNG, 0 to 9: a tenth larger than with 9, and written thirteen times as fast."""


def keep_cell(
    *, pixels: NDArray[np.uint8], laboratory: Organisation | None = None, **columns: Any
) -> tuple[TeachingCell, bool]:
    """Keep a picture, (256, 256, 3) uint8 RGB, as a PNG of its pixels alone, with the columns of its row.

    Returns the row and whether it is new: the same pixels are kept once for a laboratory, and once among the shared ones.
    Call it in a transaction, after asking whether the actor may; raises `ValueError` for pixels of another shape and
    `ValidationError` for columns that the row refuses.
    """
    if pixels.shape != (SIDE_PX, SIDE_PX, 3):
        message = f"A teaching cell has {SIDE_PX} x {SIDE_PX} RGB pixels."  # not translated
        raise ValueError(message)
    digest = pixel_hash(pixels)
    kept = TeachingCell.objects.filter(laboratory=laboratory, pixel_hash=digest)
    existing = kept.exclude(state=MaterialState.RECALLED).first()
    if existing is not None:
        return existing, False
    cell = TeachingCell(laboratory=laboratory, pixel_hash=digest, **columns)
    cell.full_clean(exclude=["picture"], validate_constraints=False)
    _write(cell, pixels)
    return cell, True


def keep_field(
    *,
    pixels: NDArray[np.uint8],
    boxes: Sequence[tuple[int, int, int, int, str]],
    laboratory: Organisation | None = None,
    **columns: Any,
) -> tuple[TeachingField, bool]:
    """Keep a field, (H, W, 3) uint8 RGB, with its boxes: left, top, width, height in pixels, and class or an empty text.

    Returns and raises as `keep_cell` does; call it as that.
    """
    digest = pixel_hash(pixels)
    kept = TeachingField.objects.filter(laboratory=laboratory, pixel_hash=digest)
    existing = kept.exclude(state=MaterialState.RECALLED).first()
    if existing is not None:
        return existing, False
    height, width = pixels.shape[:2]
    field = TeachingField(laboratory=laboratory, pixel_hash=digest, width=width, height=height, **columns)
    field.full_clean(exclude=["picture"], validate_constraints=False)
    rows = [
        TeachingBox(field=field, position=number, left=x, top=y, width=w, height=h, cell_class=code)
        for number, (x, y, w, h, code) in enumerate(boxes)
    ]
    _write(field, pixels, rows)
    return field, True


def _write(
    material: TeachingCell | TeachingField, pixels: NDArray[np.uint8], boxes: Sequence[TeachingBox] = ()
) -> None:
    """Write the file and its rows; where a row is refused, the file goes."""
    material.picture.save("", ContentFile(png_of(pixels)), save=False)
    name, storage = str(material.picture.name), material.picture.storage
    try:
        with transaction.atomic():
            material.save(force_insert=True)
            TeachingBox.objects.bulk_create(boxes)
    except BaseException:
        storage.delete(name)
        raise


def pixel_hash(pixels: NDArray[np.uint8]) -> str:
    """SHA-256 of RGB pixels, row by row."""
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def png_of(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of RGB pixels without any chunk beside them."""
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, format="PNG", compress_level=_COMPRESSION)
    return written.getvalue()
