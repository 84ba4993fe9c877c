"""The pixels of a display copy for the crops of a page: decoded once, then read from the disk."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from cases.conf import crop_cache_bytes
from cases.pixel_folder import PixelFolder
from cases.services.decoding import decode_shown
from cases.stored_files import FileSwapped, open_display, sha256_of
from hematovision.errors import Unprocessable, UnsupportedMedia

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cases.models import SmearImage

# A page asks for many crops of one image at once: the first decodes it, the others wait for that and for no other image.
_TURNS = tuple(threading.Lock() for _ in range(256))


def kept_pixels() -> PixelFolder:
    """The folder of decoded display copies of this host."""
    return PixelFolder(Path(settings.VAR_DIR) / "crops", max_bytes=crop_cache_bytes())


def display_pixels(image: SmearImage) -> NDArray[np.uint8]:
    """The upright image, (H, W, 3) uint8, not to be written to.

    The display copy is opened, and so compared with its SHA-256, each time. Raises as `open_display`, `FileSwapped` where it
    is no picture, and `DecodersBusy`.
    """
    folder = kept_pixels()
    with open_display(image) as file:
        # The copies from before their SHA-256 was kept have one all the same.
        sha256 = image.display_sha256 or sha256_of(file)
        pixels = folder.find(sha256)
        if pixels is not None:
            return pixels
        with _TURNS[int(sha256[:2], 16)]:
            pixels = folder.find(sha256)
            if pixels is not None:
                return pixels
            try:
                pixels = decode_shown(file)
            except (Unprocessable, UnsupportedMedia) as error:
                sentence = _("The display copy of field %(number)s cannot be read.") % {"number": image.ordinal}
                raise FileSwapped(sentence) from error
            folder.keep(sha256, pixels)
            return pixels
