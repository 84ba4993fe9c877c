"""What a student can call a cell: the classes of the laboratory, and finer ones that are taught alone. Pure, no database.

A set asks at one of two depths: at the depth of the laboratory every finer class stands for its parent (a band is a neutrophil).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cases.cell_classes import CELL_CLASSES, UNIDENTIFIED

ARTEFACT = "artefact"


@dataclass(frozen=True, slots=True)
class TeachingClass:
    """One class that is taught.

    `parent` is the code of the laboratory's class that it belongs to: its own code for a class of the laboratory, empty
    for what no class of the laboratory covers (a blast, a smudge cell). `colour` is a CSS custom property without the dashes;
    `css` the style class that sets it. `key` is the key that answers with a finer class; those of the laboratory's classes
    are in the person's key map.
    """

    code: str
    label: str
    plural: str
    letter: str
    colour: str
    parent: str
    key: str = ""

    @property
    def is_of_the_laboratory(self) -> bool:
        """Whether it is a class of the laboratory's differential, not a finer one."""
        return self.parent == self.code

    @property
    def css(self) -> str:
        """The style class that sets its colour: that of the laboratory's class which it belongs to."""
        return f"cell-{self.parent or UNIDENTIFIED}"


OF_THE_LABORATORY: tuple[TeachingClass, ...] = tuple(
    TeachingClass(each.code, each.label, each.plural, each.letter, each.colour, each.code) for each in CELL_CLASSES
)
FINER: tuple[TeachingClass, ...] = (
    TeachingClass("segmented", "Segmented neutrophil", "Segmented neutrophils", "S", "cell-neutrophil", "neutrophil", "s"),
    TeachingClass("band", "Band neutrophil", "Band neutrophils", "Bd", "cell-neutrophil", "neutrophil", "d"),
    TeachingClass("metamyelocyte", "Metamyelocyte", "Metamyelocytes", "Mm", "cell-immature-granulocyte", "immature_granulocyte", "t"),
    TeachingClass("myelocyte", "Myelocyte", "Myelocytes", "My", "cell-immature-granulocyte", "immature_granulocyte", "y"),
    TeachingClass("promyelocyte", "Promyelocyte", "Promyelocytes", "Pm", "cell-immature-granulocyte", "immature_granulocyte", "o"),
    TeachingClass("blast", "Blast", "Blasts", "Bl", "cell-unidentified", "", "a"),
    TeachingClass("atypical_lymphocyte", "Atypical lymphocyte", "Atypical lymphocytes", "Al", "cell-lymphocyte", "lymphocyte", "v"),
    TeachingClass("giant_platelet", "Giant platelet", "Giant platelets", "Gp", "cell-platelet", "platelet", "g"),
    TeachingClass("smudge", "Smudge cell", "Smudge cells", "Sm", "cell-unidentified", "", "w"),
    TeachingClass(ARTEFACT, "Artefact", "Artefacts", "Ar", "cell-unidentified", "", "z"),
)  # fmt: skip

TEACHING_CLASSES: tuple[TeachingClass, ...] = (*OF_THE_LABORATORY, *FINER)
CODES: tuple[str, ...] = tuple(each.code for each in TEACHING_CLASSES)
BY_CODE: dict[str, TeachingClass] = {each.code: each for each in TEACHING_CLASSES}
CHOICES: list[tuple[str, str]] = [(each.code, each.label) for each in TEACHING_CLASSES]


def at_depth(code: str, *, finer: bool) -> str:
    """The class that `code` counts as: itself where a set asks for finer classes, else its parent where it has one."""
    return code if finer else BY_CODE[code].parent or code


DIVIDED = frozenset({"neutrophil", "immature_granulocyte"})
"""Classes that finer ones cover in full: a set that asks for finer classes asks for those instead."""


def classes_asked(codes: Collection[str], *, finer: bool) -> tuple[TeachingClass, ...]:
    """The classes among which a set asks, in the order of the table; `codes` empty: all of its depth."""
    if codes:
        return tuple(each for each in TEACHING_CLASSES if each.code in codes)
    return tuple(each for each in TEACHING_CLASSES if each.code not in DIVIDED) if finer else OF_THE_LABORATORY


def counting_as(codes: Collection[str], *, finer: bool) -> frozenset[str]:
    """Every class that counts as one of `codes` at the depth of a set."""
    return frozenset(code for code in CODES if at_depth(code, finer=finer) in codes)


def shown_under(code: str) -> frozenset[str]:
    """The classes whose cells are shown with those of `code`: itself, and the finer ones that belong to it."""
    return counting_as({code}, finer=False) | {code}
