"""From a stored image back to its pixels, or to the sentence saying why it cannot be opened any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from cases.services.images import load_upright_rgb
from cases.stored_files import FileMissing, FilePurged, FileSwapped
from hematovision.errors import DomainError, Unavailable, Unprocessable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cases.models import SmearImage


def open_stored_image(image: SmearImage) -> NDArray[np.uint8]:
    """The image upright as (H, W, 3) uint8 sRGB.

    Raises Unprocessable with a sentence when the stored file is gone, was purged, is not byte for byte what was received, or
    cannot be decoded any more: an image that changed in storage is never analysed as if it were the smear.
    Raises Unavailable while the storage does not answer. The sentence is kept in English, in parts that `cases.words.in_words` knows.
    """
    try:
        return load_upright_rgb(image)
    except FilePurged as error:
        raise Unprocessable(f"{error.sentence} It was not analysed.", code="image_purged") from error  # not translated
    except FileMissing as error:
        raise Unprocessable(
            gettext_noop("The stored image file is missing. It was not analysed."), code="image_missing"
        ) from error
    except FileSwapped as error:
        raise Unprocessable(
            gettext_noop(
                "The stored image is not the one that was received: its SHA-256 differs. It was not analysed."
            ),
            code="image_altered",
        ) from error
    except Unavailable:
        # The storage is away: that says nothing of the image.
        raise
    except DomainError as error:
        raise Unprocessable(f"The stored image cannot be read. {error.sentence}", code="image_unreadable") from error
