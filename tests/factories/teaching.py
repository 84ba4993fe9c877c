"""Teaching material for tests: drawn pictures, each one different."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING

import numpy as np
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from education.models import (
    SIDE_PX,
    Answer,
    Attempt,
    AttemptItem,
    AttemptState,
    Feedback,
    MaterialState,
    SetState,
    Source,
    TeachingBox,
    TeachingCell,
    TeachingField,
    TeachingSet,
    TeachingSetCell,
    Truth,
)
from education.services.material import keep_cell, pixel_hash

if TYPE_CHECKING:
    from accounts.models import Organisation, User

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


def teaching_field(*boxes: str, **columns) -> TeachingField:
    """One open field of a public collection, with a box for each class given; an empty one: not named."""
    pixels = drawn_pixels()
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, format="PNG")
    given = {**PUBLIC, "truth": Truth.PUBLISHED, "state": MaterialState.OPEN, "width": SIDE_PX, "height": SIDE_PX}
    field = TeachingField(pixel_hash=pixel_hash(pixels), **{**given, **columns})
    field.picture.save("", ContentFile(written.getvalue()), save=False)
    field.save()
    TeachingBox.objects.bulk_create(
        TeachingBox(field=field, position=number, left=20 + 90 * number, top=60, width=80, height=80, cell_class=code)
        for number, code in enumerate(boxes)
    )
    return field


def teaching_set(*cells: TeachingCell, **columns) -> TeachingSet:
    """An open set for everybody, of the cells given, in order; of all there are where none is given."""
    given = {"title": f"Set {next(_numbers)}", "state": SetState.OPEN, "length": max(len(cells), 5), **columns}
    made = TeachingSet.objects.create(**given)
    for position, cell in enumerate(cells):
        TeachingSetCell.objects.create(teaching_set=made, position=position, cell=cell)
    return made


def passed_attempt(student: User, laboratory: Organisation | None = None, **columns) -> Attempt:
    """A finished attempt that passes for a certificate: fifty of each of two classes, ninety-six of a hundred right."""
    cells = [teaching_cell(code) for code in ("neutrophil", "monocyte")]
    given = {"title": "Course A", "certificate": True, "length": 100, "feedback": Feedback.AT_END, **columns}
    made = teaching_set(laboratory=laboratory, **given)
    now = timezone.now()
    attempt = Attempt.objects.create(
        teaching_set=made, student=student, seed=1, state=AttemptState.FINISHED, started_at=now, finished_at=now
    )
    extra = [
        TeachingCell(
            cell_class=cells[n % 2].cell_class, picture=cells[n % 2].picture.name, pixel_hash=f"{next(_numbers):064x}"
        )
        for n in range(98)
    ]
    for each in extra:
        each.truth, each.state, each.source = Truth.PUBLISHED, MaterialState.OPEN, Source.OWN
        each.laboratory = laboratory
    cells += TeachingCell.objects.bulk_create(extra)
    items = AttemptItem.objects.bulk_create(
        AttemptItem(attempt=attempt, position=n, cell=cell, shown_at=now) for n, cell in enumerate(cells, start=1)
    )
    Answer.objects.bulk_create(
        Answer(
            item=item,
            label=item.cell.cell_class if item.position > 4 else "lymphocyte",
            correct=item.position > 4,
            ms=900,
        )
        for item in items
    )
    return attempt
