"""Whole fields that are taught, as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from education.models import TeachingField
from education.presenters.question import SCALE_UM
from education.teaching_classes import BY_CODE, TeachingClass
from hematovision.paging import CappedPaginator
from review.key_map import keys_of

if TYPE_CHECKING:
    from accounts.models import User
    from education.models import TeachingBox

FIELDS_PER_PAGE = 24


@dataclass(frozen=True, slots=True)
class ShownBox:
    """A box with its number from 1. `teaching_class` is None where nobody named the cell."""

    number: int
    box: TeachingBox
    teaching_class: TeachingClass | None


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """The bar of the scale, in pixels of the picture."""

    left: float
    top: float
    length: float


def fields_context(user: User, page_number: str | None) -> dict[str, Any]:
    """What the list of open fields shows."""
    counted = (
        TeachingField.objects.visible_to(user)
        .order_by("created_at", "pk")
        .annotate(cells=Count("boxes"), named=Count("boxes", filter=~Q(boxes__cell_class="")))
    )
    return {"page": CappedPaginator(counted, FIELDS_PER_PAGE).get_page(page_number)}


def field_context(user: User, field: TeachingField) -> dict[str, Any]:
    """What the page of one field shows."""
    boxes = [
        ShownBox(number, box, BY_CODE.get(box.cell_class)) for number, box in enumerate(field.boxes.all(), start=1)
    ]
    # Letters and lines stay as large on the page whatever the size of the picture.
    unit = field.width / 100
    keys = keys_of(user).get("boxes", [])
    return {
        "field": field,
        "boxes": boxes,
        "unit": unit,
        "bar": _bar(field, unit),
        "key": next(iter(keys), ""),
        "keys": "\n".join(keys),
    }


def _bar(field: TeachingField, unit: float) -> ScaleBar | None:
    if not field.um_per_px:
        return None
    length = SCALE_UM / field.um_per_px
    return ScaleBar(field.width - 2 * unit - length, field.height - 3 * unit, length)
