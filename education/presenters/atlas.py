"""The atlas as its pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min

from education.forms.atlas import DIFFICULTIES
from education.models import Source, TeachingCell
from education.morphology import BY_KEY, LOOK_ALIKES, look_alikes_of
from education.presenters.question import Picture, picture_of
from education.selectors.atlas import atlas_of, discussed_by
from education.teaching_classes import BY_CODE, CODES, TEACHING_CLASSES, TeachingClass, shown_under
from hematovision.forms import uuid_or_none
from hematovision.paging import CappedPaginator, rows_of

if TYPE_CHECKING:
    from accounts.models import User
    from education.forms.atlas import AtlasFilters
    from education.morphology import LookAlikes

CELLS_PER_PAGE = 48
_EXAMPLES = 12
_SMALL = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture with its class."""

    picture: Picture
    teaching_class: TeachingClass


@dataclass(frozen=True, slots=True)
class Shelf:
    """One class of the overview: how many cells it has with its finer classes, and one of them; None where it has none."""

    teaching_class: TeachingClass
    cells: int
    example: Picture | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two classes that are taken for each other."""

    key: str
    left: TeachingClass
    right: TeachingClass
    apart: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison. `value` is what the address carries: a class's code or a cell's id; `cell` is set for a cell."""

    value: str
    teaching_class: TeachingClass
    entries: tuple[Entry, ...]
    cell: TeachingCell | None


def entry_of(cell: TeachingCell) -> Entry:
    """A cell as lists show it."""
    return Entry(picture_of(cell), BY_CODE[cell.cell_class])


def atlas_context(user: User, filters: AtlasFilters, page_number: str | None) -> dict[str, Any]:
    """What the atlas shows: classes and pairs; where something is filtered on, the cells that are left."""
    cells = atlas_of(user)
    context: dict[str, Any] = {
        "filters": filters,
        "all_classes": TEACHING_CLASSES,
        "all_pairs": [_pair(each) for each in LOOK_ALIKES],
        "stains": _words(user, "stain"),
        "cameras": _words(user, "camera"),
        "difficulties": DIFFICULTIES.items(),
        "sources": Source.choices,
    }
    if not filters.is_narrowed:
        return context | {"shelves": _shelves(user)}
    found = filters.apply(cells).order_by("cell_class", "created_at", "pk")
    page = CappedPaginator(found.values_list("pk", flat=True), CELLS_PER_PAGE).get_page(page_number)
    shown = BY_KEY.get(filters.pair)
    return context | {
        "page": page,
        "entries": [entry_of(cell) for cell in rows_of(page, TeachingCell.objects.all())],
        "pair": _pair(shown) if shown is not None else None,
        "one_class": BY_CODE.get(filters.one_class),
    }


def class_context(user: User, code: str) -> dict[str, Any]:
    """What the page of the class `code` shows: how it looks, what it is taken for, and some cells."""
    cells = atlas_of(user).filter(cell_class__in=shown_under(code))
    return {
        "of": BY_CODE[code],
        "classes": [BY_CODE[code]],
        "cells": TeachingCell.objects.visible_to(user).filter(cell_class__in=shown_under(code)).count(),
        "entries": [entry_of(cell) for cell in cells[:_EXAMPLES]],
        "look_alikes": [_pair(each) for each in look_alikes_of(code)],
    }


def compare_context(user: User, left: str, right: str) -> dict[str, Any]:
    """What a comparison shows. Raises `LookupError` for a side that is neither a class nor a cell that `user` sees."""
    sides = [_side(user, value) for value in (left, right) if value]
    return {
        "left": _side(user, left) if left else None,
        "right": _side(user, right) if right else None,
        "sides": sides,
        "all_classes": TEACHING_CLASSES,
        "classes": list(dict.fromkeys(each.teaching_class for each in sides)),
    }


def _side(user: User, value: str) -> Side:
    if value in BY_CODE:
        cells = atlas_of(user).filter(cell_class__in=shown_under(value))[:_SMALL]
        return Side(value, BY_CODE[value], tuple(entry_of(cell) for cell in cells), None)
    pk = uuid_or_none(value)
    cell = discussed_by(user).filter(pk=pk).first() if pk is not None else None
    if cell is None:
        raise LookupError(value)
    return Side(str(cell.pk), BY_CODE[cell.cell_class], (entry_of(cell),), cell)


def _shelves(user: User) -> list[Shelf]:
    # Counted with what the person is being asked: a number that drops would tell its class.
    every = TeachingCell.objects.visible_to(user).order_by().values_list("cell_class").annotate(n=Count("pk"))
    counts = dict(every)
    rows = atlas_of(user).order_by().values("cell_class").annotate(first=Min("created_at"))
    firsts = {}
    # The oldest of each class: a picture that stays the same from visit to visit.
    for cell in atlas_of(user).filter(created_at__in={row["first"] for row in rows}).order_by("-created_at", "-pk"):
        firsts[cell.cell_class] = cell
    shelves = []
    for each in TEACHING_CLASSES:
        codes = sorted(shown_under(each.code), key=CODES.index)
        example = next((firsts[code] for code in codes if code in firsts), None)
        shown = picture_of(example) if example is not None else None
        shelves.append(Shelf(each, sum(counts.get(code, 0) for code in codes), shown))
    return shelves


def _words(user: User, column: str) -> list[str]:
    found = atlas_of(user).exclude(**{column: ""}).order_by(column).values_list(column, flat=True).distinct()
    return list(found[:100])


def _pair(each: LookAlikes) -> Pair:
    return Pair(each.key, BY_CODE[each.left], BY_CODE[each.right], str(each.apart.text))
