"""Cells as the locator or a person found them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from cases.models import Cell, LabelSource, SmearImage
from cases.services.transitions import lock_image

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class LocatedCell:
    """A box in pixels of the upright image and the area of the located mask in pixels."""

    x: int
    y: int
    width: int
    height: int
    area_px: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(x, y, width, height)."""
        return self.x, self.y, self.width, self.height


def record_cells(*, image: SmearImage, locator: str, cells: Sequence[LocatedCell]) -> list[Cell]:
    """Write the cells a locator found in an image and return them in the given order.

    Running twice writes once: the same boxes by the same locator give the rows there are. Other boxes (another
    locator, or another scale) become a set of their own, and the machine's earlier set is marked superseded: it
    keeps its evidence and leaves the counts. Cells a person added or labelled are never superseded.
    """
    with transaction.atomic():
        lock_image(image)
        present = _same_set(image, locator, cells)
        if present is not None:
            return present
        name = _free_name(image, locator)
        _supersede(image)
        # bulk_create: hundreds of rows of one image, all written by this one service and audited as one AI run.
        return Cell.objects.bulk_create(
            Cell(
                image=image,
                ordinal=ordinal,
                locator=name,
                x=cell.x,
                y=cell.y,
                width=cell.width,
                height=cell.height,
                area_px=cell.area_px,
            )
            for ordinal, cell in enumerate(cells, start=1)
        )


def _sets(image: SmearImage, locator: str) -> dict[str, list[Cell]]:
    """The sets of this locator by name: the plain one, then `name#2`, `name#3` for other scales."""
    sets: dict[str, list[Cell]] = {}
    for cell in image.cells.filter(locator__startswith=locator).order_by("ordinal"):
        if cell.locator == locator or cell.locator.startswith(f"{locator}#"):
            sets.setdefault(cell.locator, []).append(cell)
    return sets


def _same_set(image: SmearImage, locator: str, cells: Sequence[LocatedCell]) -> list[Cell] | None:
    boxes = [cell.box for cell in cells]
    for present in _sets(image, locator).values():
        if [cell.box for cell in present] == boxes:
            return _revive(image, present)
    return None if boxes or image.cells.exists() else []


def _revive(image: SmearImage, present: list[Cell]) -> list[Cell]:
    if any(cell.superseded for cell in present):
        _supersede(image)
        _mark(present, superseded=False)
        for cell in present:
            cell.superseded = False
    return present


def _free_name(image: SmearImage, locator: str) -> str:
    taken = _sets(image, locator)
    if locator not in taken:
        return locator
    number = 2
    while f"{locator}#{number}" in taken:
        number += 1
    return f"{locator}#{number}"


def _supersede(image: SmearImage) -> None:
    _mark(
        image.cells.filter(superseded=False, label_source=LabelSource.MACHINE).exclude(locator="human"),
        superseded=True,
    )


def _mark(cells: Iterable[Cell], *, superseded: bool) -> None:
    # update(): the mark follows from the set that was written, which the AI run's event names.
    Cell.objects.filter(pk__in=[cell.pk for cell in cells]).update(superseded=superseded)
