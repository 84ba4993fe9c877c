"""How the model's labels agree with what reviewers made of the cells. Pure arithmetic, no database.

The reference is the reviewer's final label. The model's answer counts in two ways: `best` is its most probable class,
which every cell has and which the model card's recall is measured with; `answer` is what it said, the class or
"unidentified" where it would not name one. Cells a reviewer took out of the count have no class to agree on and are
counted apart. Reviewers saw the model's label before they gave their own unless they were blinded, so agreement is an
upper bound of what independent reviewers would give.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cases.cell_classes import BY_CODE, CLASS_CODES, UNIDENTIFIED, CellClass
from cases.differential import Interval, clopper_pearson
from consult.kappa import Agreement, kappa_of_counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ANSWERS: tuple[str, ...] = (*CLASS_CODES, UNIDENTIFIED)


class ReviewedCells(NamedTuple):
    """So many cells that ended as `final`, of which the model's best class was `best`, named or not."""

    final: str
    best: str
    identified: bool
    excluded: bool
    number: int

    @property
    def answer(self) -> str:
        """What the model said."""
        return self.best if self.identified else UNIDENTIFIED

    @property
    def compares(self) -> bool:
        """Whether there is a class to agree on."""
        return not self.excluded and self.final in CLASS_CODES


@dataclass(frozen=True, slots=True)
class Share:
    """`k` of `n` with its exact 95 % confidence interval; share and interval are fractions of 1, None of nothing."""

    k: int
    n: int

    @property
    def share(self) -> float | None:
        """The proportion."""
        return self.k / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        """Clopper-Pearson."""
        return clopper_pearson(self.k, self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class of the reference: how often the model's best class was right, and how often it named none."""

    cell_class: CellClass
    sensitivity: Share
    unidentified: Share
    answers: tuple[int, ...]
    claimed: int

    @property
    def code(self) -> str:
        """The class's code."""
        return self.cell_class.code


@dataclass(frozen=True, slots=True)
class Comparison:
    """The model against the reviewers over one set of cells.

    `lines` are the classes that occur, in their order; `answers` of each line follow `columns`. `agreement` and
    `kappa` are over the best class, `named` over the cells the model named.
    """

    n: int
    lines: tuple[ClassLine, ...]
    columns: tuple[CellClass, ...]
    agreement: Share
    named: Share
    unidentified: Share
    excluded: Share
    kappa: Agreement


def compare(groups: Iterable[ReviewedCells]) -> Comparison:
    """Return the comparison of `groups`; those of the same kind may come in several parts."""
    matrix: Counter[tuple[str, str]] = Counter()
    best: Counter[tuple[str, str]] = Counter()
    excluded = everything = 0
    for group in groups:
        everything += group.number
        if group.compares:
            matrix[group.final, group.answer] += group.number
            best[group.final, group.best] += group.number
        elif group.excluded:
            excluded += group.number
    n = sum(best.values())
    right = sum(count for (final, guess), count in best.items() if final == guess)
    unidentified = sum(count for (_, answer), count in matrix.items() if answer == UNIDENTIFIED)
    named_right = sum(count for (final, answer), count in matrix.items() if final == answer)
    columns = tuple(
        code for code in ANSWERS if any(key[1] == code for key in matrix) or any(key[0] == code for key in matrix)
    )
    lines = tuple(_line(code, matrix, best, columns) for code in CLASS_CODES if any(key[0] == code for key in matrix))
    return Comparison(
        n=n,
        lines=lines,
        columns=tuple(BY_CODE[code] for code in columns),
        agreement=Share(right, n),
        named=Share(named_right, n - unidentified),
        unidentified=Share(unidentified, n),
        excluded=Share(excluded, everything),
        kappa=kappa_of_counts(best),
    )


def _line(
    code: str, matrix: Counter[tuple[str, str]], best: Counter[tuple[str, str]], columns: Sequence[str]
) -> ClassLine:
    answers = tuple(matrix[code, answer] for answer in columns)
    n = sum(answers)
    return ClassLine(
        cell_class=BY_CODE[code],
        sensitivity=Share(best[code, code], n),
        unidentified=Share(matrix[code, UNIDENTIFIED], n),
        answers=answers,
        claimed=sum(count for (_, answer), count in matrix.items() if answer == code),
    )
