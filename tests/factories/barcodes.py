"""Labels of slides: bar codes and matrix codes as pictures, and what a camera that is held on one sees."""

from __future__ import annotations

import io

import numpy as np
import zxingcpp
from PIL import Image

KINDS = ("Code128", "Code39", "ITF", "DataMatrix", "QRCode")


def barcode(text: str, kind: str = "Code128", *, scale: int = 4) -> Image.Image:
    """The code for `text` in black on white, with its quiet zone."""
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    return Image.fromarray(np.array(code.to_image(scale=scale, add_quiet_zones=True)).squeeze(), "L").convert("RGB")


def seen_by_a_camera(label: Image.Image, *, turned: bool = False, width: int = 1280, height: int = 720) -> Image.Image:
    """A frame of a camera with the label in its middle, on a grey desk."""
    frame = Image.new("RGB", (width, height), (150, 148, 140))
    label = label.rotate(90, expand=True) if turned else label
    label.thumbnail((width - 200, height - 100))
    frame.paste(label, ((width - label.width) // 2, (height - label.height) // 2))
    return frame


def video(*frames: Image.Image) -> bytes:
    """A film of these frames, each for a moment, that a browser plays over and over as the picture of a camera."""
    film = io.BytesIO()
    for frame in frames:
        for _ in range(5):
            frame.save(film, "JPEG", quality=90)
    return film.getvalue()
