"""From a stored image back to its pixels, after checking that the bytes are the ones received."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.conf import settings

from cases.imaging import Limits, load_rgb
from hematovision.errors import Unprocessable

if TYPE_CHECKING:
    import numpy as np
    from django.core.files import File
    from numpy.typing import NDArray

    from cases.models import SmearImage


def open_picture(image: SmearImage) -> NDArray[np.uint8]:
    """The image upright as (H, W, 3) uint8 sRGB.

    Raises Unprocessable with a sentence when the stored file is gone, is not byte for byte what was received
    (SHA-256), or cannot be decoded any more (as the decoder puts it): a picture that changed in storage is never read as if it were the smear.
    """
    try:
        with image.original.open("rb") as stored:
            _refuse_altered(image, stored)
            # It passed the upload limits once; a limit lowered since then does not unmake the record.
            pixels = max(settings.UPLOAD_MAX_PIXELS, image.width * image.height)
            return load_rgb(stored, limits=Limits(max_pixels=pixels, min_side=1))
    except FileNotFoundError as error:
        raise Unprocessable("The stored image file is missing. It was not analysed.", code="image_missing") from error


def _refuse_altered(image: SmearImage, stored: File) -> None:
    digest = hashlib.sha256()
    for chunk in stored.chunks():
        digest.update(chunk)
    if digest.hexdigest() != image.sha256:
        raise Unprocessable(
            "The stored image is not the one that was received: its SHA-256 differs. It was not analysed.",
            code="image_altered",
        )
