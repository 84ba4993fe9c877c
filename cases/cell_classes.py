"""The cells this laboratory counts: one table, in the order the model's outputs come.

Everything that names, colours or abbreviates a cell class reads it here, so that a tile, a box in the
field, a chart and a report cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CellClass:
    """One class of cell.

    `code` is what the database, the model card and the API carry; `letter` and `colour` (a CSS custom
    property without the dashes) mark it on screen, always both, because not everybody can tell colours apart.
    `is_leukocyte` says whether the class is part of the 100 % of a differential.
    """

    code: str
    label: str
    plural: str
    letter: str
    colour: str
    is_leukocyte: bool


CELL_CLASSES: tuple[CellClass, ...] = (
    CellClass("neutrophil", "Neutrophil", "Neutrophils", "N", "cell-neutrophil", is_leukocyte=True),
    CellClass("eosinophil", "Eosinophil", "Eosinophils", "E", "cell-eosinophil", is_leukocyte=True),
    CellClass("basophil", "Basophil", "Basophils", "B", "cell-basophil", is_leukocyte=True),
    CellClass("lymphocyte", "Lymphocyte", "Lymphocytes", "L", "cell-lymphocyte", is_leukocyte=True),
    CellClass("monocyte", "Monocyte", "Monocytes", "M", "cell-monocyte", is_leukocyte=True),
    CellClass(
        "immature_granulocyte",
        "Immature granulocyte",
        "Immature granulocytes",
        "I",
        "cell-immature-granulocyte",
        is_leukocyte=True,
    ),
    CellClass("erythroblast", "Erythroblast", "Erythroblasts", "R", "cell-erythroblast", is_leukocyte=False),
    CellClass("platelet", "Platelet", "Platelets", "P", "cell-platelet", is_leukocyte=False),
)

UNIDENTIFIED = "unidentified"
"""Label of a cell the model would not name: score under its class's threshold, or unlike anything it knows."""

UNIDENTIFIED_CLASS = CellClass(
    UNIDENTIFIED, "Unidentified", "Unidentified", "?", "cell-unidentified", is_leukocyte=False
)

CLASS_CODES: tuple[str, ...] = tuple(item.code for item in CELL_CLASSES)
LEUKOCYTE_CODES: tuple[str, ...] = tuple(item.code for item in CELL_CLASSES if item.is_leukocyte)
BY_CODE: dict[str, CellClass] = {item.code: item for item in (*CELL_CLASSES, UNIDENTIFIED_CLASS)}
LABEL_CHOICES: list[tuple[str, str]] = [(item.code, item.label) for item in (*CELL_CLASSES, UNIDENTIFIED_CLASS)]
