"""Keeping a picture of a cell that is taught."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image

from education.models import SIDE_PX, MaterialState, TeachingCell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from accounts.models import Organisation


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
    cell.picture.save("", ContentFile(png_of(pixels)), save=False)
    name, storage = str(cell.picture.name), cell.picture.storage
    try:
        with transaction.atomic():
            cell.save(force_insert=True)
    except BaseException:
        storage.delete(name)
        raise
    return cell, True


def pixel_hash(pixels: NDArray[np.uint8]) -> str:
    """SHA-256 of RGB pixels, row by row."""
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def png_of(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of RGB pixels without any chunk beside them."""
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, format="PNG", optimize=True)
    return written.getvalue()
