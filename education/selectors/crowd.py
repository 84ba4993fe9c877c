"""How others answered a cell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from education.models import Answer
from education.teaching_classes import at_depth

if TYPE_CHECKING:
    from education.models import TeachingCell

SHOWN_FROM = 10
"""Under this number of answers nothing is said of them: it would say what one person answered."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """First answers to one cell: how many, how many right, and the wrong class chosen most; empty where none was."""

    asked: int
    right: int
    taken_for: str

    @property
    def right_words(self) -> str:
        """The share right in whole percent."""
        return f"{round(100 * self.right / self.asked)} %"


def crowd_of(cell: TeachingCell, *, finer: bool) -> Crowd | None:
    """How people answered `cell`; None under ten answers."""
    if cell.asked < SHOWN_FROM:
        return None
    truth = at_depth(cell.cell_class, finer=finer)
    labels = (
        Answer.objects.filter(item__cell=cell, undo=False).exclude(label="").values("label").annotate(n=Count("pk"))
    )
    wrong: Counter[str] = Counter()
    for row in labels:
        wrong[at_depth(row["label"], finer=finer)] += row["n"]
    del wrong[truth]
    most = max(wrong, key=lambda code: (wrong[code], code), default="")
    return Crowd(cell.asked, cell.right, most)
