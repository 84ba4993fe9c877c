"""The camera that an image file names: make and model, and nothing else of what a file says about itself."""

from __future__ import annotations

from PIL import Image
from PIL.ExifTags import Base as ExifTag

MOST_CHARACTERS = 80


def camera_of(picture: Image.Image) -> str:
    """Return the make and model that `picture` names, in plain printable text, or an empty text.

    Owner, serial number, place and time are not read. What is longer than a name is cut.
    """
    tags = picture.getexif()
    make, model = _plain(tags.get(ExifTag.Make)), _plain(tags.get(ExifTag.Model))
    named = model if model.casefold().startswith(make.casefold()) else f"{make} {model}"
    return named.strip()[:MOST_CHARACTERS].strip()


def _plain(value: object) -> str:
    text = value.decode("ascii", "ignore") if isinstance(value, bytes) else value
    if not isinstance(text, str):
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
