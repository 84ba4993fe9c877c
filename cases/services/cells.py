"""Cells as the detector or a person found them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.models import Cell, LabelSource, SmearImage

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAME_CELL = 0.5
"""Boxes of two analyses that share at least this much (intersection over union) are of one cell."""


@dataclass(frozen=True, slots=True)
class DetectedCell:
    """A box in pixels of the upright image, the area of the detected mask in pixels, and what the model calls the cell."""

    x: int
    y: int
    width: int
    height: int
    area_px: int
    label: str = ""
    score: float | None = None

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(x, y, width, height)."""
        return self.x, self.y, self.width, self.height


def cells_of(image: SmearImage) -> list[Cell]:
    """Return every cell of an image, superseded ones too, by ordinal."""
    return list(image.cells.order_by("ordinal"))


def record_cells(
    *,
    image: SmearImage,
    detector: str,
    cells: Sequence[DetectedCell],
    there: list[Cell] | None = None,
    at_new_scale: bool = False,
) -> list[Cell]:
    """Write the cells a detector found in an image and return them in the given order.

    Running twice writes once: the same boxes by the same detector give the rows there are, unless they were found
    `at_new_scale`, where the model sees other crops in the same boxes. Other boxes (another
    detector, or another scale) become a set of their own, and the model's earlier set is marked superseded: it
    keeps its evidence and leaves the counts. Cells a person added, labelled, excluded or flagged are never
    superseded; a new cell on the same spot yields to them, so that none is counted twice. New rows alone take label and
    score from `cells`.

    Call it in a transaction that has locked the image; `there` is `cells_of` where the caller has asked for them since.
    """
    there = cells_of(image) if there is None else there
    present = None if at_new_scale else _same_set(there, detector, cells)
    if present is not None:
        return _yield_to_people(there, present)
    name = _free_name(there, detector)
    _supersede(there)
    # bulk_create: hundreds of rows of one image, all written by this one service and audited as one AI run.
    created = Cell.objects.bulk_create(
        Cell(
            image=image,
            ordinal=ordinal,
            detector=name,
            x=cell.x,
            y=cell.y,
            width=cell.width,
            height=cell.height,
            area_px=cell.area_px,
            label=cell.label,
            score=cell.score,
        )
        for ordinal, cell in enumerate(cells, start=1)
    )
    return _yield_to_people(there, created)


def supersede_all(image: SmearImage) -> None:
    """Mark every cell of an image superseded, whoever found it: the image no longer counts. Call it with the image locked."""
    mark_superseded([cell for cell in cells_of(image) if not cell.superseded], superseded=True)


def overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """Return the intersection over union of two boxes (x, y, width, height), 0 to 1."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def _yield_to_people(there: list[Cell], cells: list[Cell]) -> list[Cell]:
    """Supersede those of a model's cells that lie where a person has decided on an earlier cell; returns all."""
    ours = {cell.pk for cell in cells}
    decided = [cell for cell in there if not cell.superseded and cell.pk not in ours]
    mark_superseded(
        [
            cell
            for cell in cells
            if _is_the_models(cell) and any(overlap(cell.box, other.box) >= _SAME_CELL for other in decided)
        ],
        superseded=True,
    )
    return cells


def _is_the_models(cell: Cell) -> bool:
    return cell.label_source == LabelSource.MODEL and not (cell.excluded or cell.flagged or cell.is_added)


def _sets(there: list[Cell], detector: str) -> dict[str, list[Cell]]:
    """The sets of this detector by name: the plain one, then `name#2`, `name#3` for other scales."""
    sets: dict[str, list[Cell]] = {}
    for cell in there:
        if cell.detector == detector or cell.detector.startswith(f"{detector}#"):
            sets.setdefault(cell.detector, []).append(cell)
    return sets


def _same_set(there: list[Cell], detector: str, cells: Sequence[DetectedCell]) -> list[Cell] | None:
    boxes = [cell.box for cell in cells]
    for present in _sets(there, detector).values():
        if [cell.box for cell in present] == boxes:
            return _revive(there, present)
    return None if boxes or there else []


def _revive(there: list[Cell], present: list[Cell]) -> list[Cell]:
    if any(cell.superseded for cell in present):
        _supersede(there)
        mark_superseded(present, superseded=False)
    return present


def _free_name(there: list[Cell], detector: str) -> str:
    taken = _sets(there, detector)
    if detector not in taken:
        return detector
    number = 2
    while f"{detector}#{number}" in taken:
        number += 1
    return f"{detector}#{number}"


def _supersede(there: list[Cell]) -> None:
    mark_superseded([cell for cell in there if not cell.superseded and _is_the_models(cell)], superseded=True)


def mark_superseded(cells: list[Cell], *, superseded: bool) -> None:
    """Mark cells of a locked image as kept for evidence alone, or as counting again."""
    if not cells:
        return
    # update(): the mark follows from the set that was written, which the AI run's event names.
    Cell.objects.filter(pk__in=[cell.pk for cell in cells]).update(superseded=superseded)
    for cell in cells:
        cell.superseded = superseded
