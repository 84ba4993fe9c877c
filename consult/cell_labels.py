"""One code for what a reviewer makes of a cell: a class, "unidentified", or "excluded"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from cases.cell_classes import BY_CODE, CELL_CLASSES, UNIDENTIFIED_CLASS, CellClass

if TYPE_CHECKING:
    from cases.models import Cell

EXCLUDED = "excluded"
"""Not a cell that counts: smudge, artefact, debris."""

EXCLUDED_CLASS = CellClass(EXCLUDED, gettext_noop("Excluded"), "Excluded", "X", "cell-excluded", is_leukocyte=False)

LABEL_CLASSES: tuple[CellClass, ...] = (*CELL_CLASSES, UNIDENTIFIED_CLASS, EXCLUDED_CLASS)
"""What a reviewer can say of a cell, in the order it is offered."""

CLASS_OF_CODE: dict[str, CellClass] = {**BY_CODE, EXCLUDED: EXCLUDED_CLASS}


def code_of(cell: Cell) -> str:
    """What the cell is called now, as one code."""
    return EXCLUDED if cell.excluded else cell.label or UNIDENTIFIED_CLASS.code
