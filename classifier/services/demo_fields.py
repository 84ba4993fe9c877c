"""The pictures of the demo cases, and what is known of the cells on them: drawn fields, and real ones that ship with the product.

What is known of a real field is what its set says (`material/boxes.csv`); of those that name no class nothing is known.
"""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from classifier.inference.synthetic import TrueCell, draw_field
from classifier.inference.types import Box
from classifier.services.demo_stories import STORIES, Photo

if TYPE_CHECKING:
    from pathlib import Path

    from classifier.inference.types import Rgb
    from classifier.services.demo_stories import Story

# Of material/boxes.csv, where the set names a class.
_KNOWN: dict[str, TrueCell] = {
    "001": TrueCell(Box(46, 212, 147, 158), "basophil"),
    "002": TrueCell(Box(107, 242, 180, 181), "eosinophil"),
    "003": TrueCell(Box(190, 244, 119, 126), "lymphocyte"),
    "004": TrueCell(Box(145, 4, 216, 236), "monocyte"),
    "005": TrueCell(Box(153, 263, 217, 211), "neutrophil"),
    "006": TrueCell(Box(190, 211, 244, 223), "eosinophil"),
}


def photograph(story: Story, ordinal: int) -> SimpleUploadedFile:
    """The field at position `ordinal` of a story, as a camera would send it."""
    field = story.fields[ordinal]
    picture = io.BytesIO()
    if isinstance(field, Photo):
        with Image.open(_file_of(field)) as published:
            published.convert("RGB").save(picture, "JPEG", quality=95, subsampling=0)
    else:
        Image.fromarray(_draw(story.number, ordinal)[0]).save(picture, "JPEG", quality=93, subsampling=0)
    return SimpleUploadedFile(f"field-{ordinal + 1}.jpg", picture.getvalue(), content_type="image/jpeg")


def true_cells(story: Story, ordinal: int) -> list[TrueCell]:
    """What is known of the cells on the field at position `ordinal` of a story."""
    field = story.fields[ordinal]
    if isinstance(field, Photo):
        return [_KNOWN[field.name]] if field.name in _KNOWN else []
    return _draw(story.number, ordinal)[1]


def _file_of(field: Photo) -> Path:
    return settings.BASE_DIR / "material" / "fields" / f"{field.name}.webp"


@cache
def _draw(number: int, ordinal: int) -> tuple[Rgb, list[TrueCell]]:
    """Draw a field; kept, because whoever signs the story asks for the truth about it after it was sent."""
    story = next(story for story in STORIES if story.number == number)
    field = story.fields[ordinal]
    if isinstance(field, Photo):
        raise TypeError(field)
    width, height = field.size
    return draw_field(
        seed=1000 * story.number + ordinal,
        width=width,
        height=height,
        cells=field.cells,
        um_per_px=field.um_per_px,
        stain=story.stain,
        blur=field.blur_um,
        with_platelets=bool(field.cells),
    )
