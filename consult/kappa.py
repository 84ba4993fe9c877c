"""Cohen's kappa: how far two reviewers agree beyond what chance would bring. Pure arithmetic, no database.

Cohen J. A coefficient of agreement for nominal scales. Educ Psychol Meas 1960;20:37-46.
Standard error: Fleiss JL, Cohen J, Everitt BS. Large sample standard errors of kappa and weighted kappa. Psychol Bull
1969;72:323-327, in the form of Fleiss JL, Levin B, Paik MC. Statistical Methods for Rates and Proportions, chapter 18.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_Z = 1.959963984540054
"""97.5 % point of the normal distribution."""
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two sets of labels of the same `n` cells agree.

    `observed` is the share on which they agree, `expected` the share chance alone would bring with the same use of
    the classes; both fractions of 1, None when nothing was read. `kappa`, `low` and `high` (95 %) are None where
    kappa is not defined: nothing read, or both reviewers used one and the same class throughout.
    """

    n: int
    agreed: int
    observed: float | None
    expected: float | None
    kappa: float | None
    standard_error: float | None
    low: float | None
    high: float | None

    @property
    def has_limits(self) -> bool:
        """Whether the limits mean anything: a standard error of zero (perfect agreement) cannot tell 6 cells from 600."""
        return bool(self.standard_error)


def cohens_kappa(pairs: Iterable[tuple[str, str]]) -> Agreement:
    """Return the agreement of `pairs`, (first reviewer's class, second reviewer's class) cell by cell."""
    return kappa_of_counts(Counter(pairs))


def kappa_of_table(table: Sequence[Sequence[int]]) -> Agreement:
    """Return the agreement of a square table: row by the first reviewer, column by the second.

    Raises `ValueError` where it is not square.
    """
    if any(len(row) != len(table) for row in table):
        message = "A table of agreement is square."  # not translated
        raise ValueError(message)
    return kappa_of_counts(
        {(str(i), str(j)): count for i, row in enumerate(table) for j, count in enumerate(row) if count}
    )


def kappa_of_counts(counts: Mapping[tuple[str, str], int]) -> Agreement:
    """Return the agreement of `counts`: how many cells got this pair of classes. Raises `ValueError` below zero."""
    if any(count < 0 for count in counts.values()):
        message = "A count cannot be negative."  # not translated
        raise ValueError(message)
    n = sum(counts.values())
    if n == 0:
        return Agreement(0, 0, None, None, None, None, None, None)
    rows: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    for (first, second), count in counts.items():
        rows[first] += count
        columns[second] += count
    agreed = sum(count for (first, second), count in counts.items() if first == second)
    # Whole numbers as long as possible: "chance explains all" is an exact question.
    by_chance = sum(rows[code] * columns[code] for code in rows)
    observed, expected = agreed / n, by_chance / n**2
    if by_chance == n**2:
        return Agreement(n, agreed, observed, expected, None, None, None, None)
    kappa = (n * agreed - by_chance) / (n**2 - by_chance)
    error = _standard_error(counts, rows, columns, n, kappa, expected)
    return Agreement(
        n=n,
        agreed=agreed,
        observed=observed,
        expected=expected,
        kappa=kappa,
        standard_error=error,
        low=max(-1.0, kappa - _Z * error),
        high=min(1.0, kappa + _Z * error),
    )


def _standard_error(
    counts: Mapping[tuple[str, str], int],
    rows: Mapping[str, int],
    columns: Mapping[str, int],
    n: int,
    kappa: float,
    expected: float,
) -> float:
    """The large-sample standard error of a kappa that need not be zero (Fleiss, Cohen and Everitt 1969)."""
    on_diagonal = 0.0
    beside = 0.0
    for (first, second), count in counts.items():
        share = count / n
        if first == second:
            margins = (rows[first] + columns.get(first, 0)) / n
            on_diagonal += share * (1 - margins * (1 - kappa)) ** 2
        else:
            margins = (columns.get(first, 0) + rows.get(second, 0)) / n
            beside += share * margins**2
    variance = on_diagonal + (1 - kappa) ** 2 * beside - (kappa - expected * (1 - kappa)) ** 2
    # Perfect agreement leaves a rounding error around zero.
    return sqrt(variance) / ((1 - expected) * sqrt(n)) if variance > _ROUNDING else 0.0
