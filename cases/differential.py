"""The differential: counts of white cells as whole percentages with exact confidence intervals. Pure arithmetic, no database.

Only counted leukocytes are in the 100 %. Erythroblasts are given as NRBC per 100 WBC; platelets, unidentified and
excluded cells stand apart with their counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from scipy.stats import binomtest

from cases.cell_classes import BY_CODE, LEUKOCYTE_CODES, UNIDENTIFIED, CellClass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIMITED_BELOW = 100
"""Under this number of leukocytes a differential is printed as a limited count."""
TARGETS = (100, 200, 400)
"""The numbers of leukocytes a review aims for."""
CONFIDENCE = 0.95
RARE_CODES = frozenset({"immature_granulocyte"})
"""Classes listed only when one was counted."""


class Interval(NamedTuple):
    """Confidence interval of a share, as fractions of 1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """One class of leukocyte: its count, its share of the leukocytes and the exact confidence interval of that share.

    `share`, `low` and `high` are fractions of 1; `whole_percent` adds to 100 over all rows; `absolute` is in 10^9/L
    and only there with a WBC. With nothing counted the share is 0 and the interval 0 to 1: nothing is known.
    """

    cell_class: CellClass
    count: int
    whole_percent: int
    share: float
    low: float
    high: float
    absolute: Decimal | None

    @property
    def code(self) -> str:
        """The class's code."""
        return self.cell_class.code


@dataclass(frozen=True, slots=True)
class Differential:
    """The counted cells of one case. `n` is the number of leukocytes counted."""

    n: int
    rows: tuple[Row, ...]
    erythroblasts: int
    nrbc_per_100_wbc: Decimal | None
    platelets: int
    unidentified: int
    excluded: int
    wbc: Decimal | None

    @property
    def is_limited(self) -> bool:
        """Whether so few were counted that it must be said beside the result."""
        return self.n < LIMITED_BELOW

    @property
    def is_differential(self) -> bool:
        """Whether it may be called one: a single cell is a cell result."""
        return self.n > 1

    @property
    def next_target(self) -> int | None:
        """The next number of leukocytes a review aims for, or None once the last is reached."""
        return next((target for target in TARGETS if self.n < target), None)

    @property
    def remark(self) -> str:
        """What must be printed beside the percentages; empty when nothing must."""
        if self.n == 0:
            return "No white cells counted."  # not translated here: cases.words
        if self.n == 1:
            return "One cell: a cell result, not a differential."  # not translated here: cases.words
        return f"Limited count: {self.n} leukocytes." if self.is_limited else ""  # not translated here: cases.words


def differential(counts: Mapping[str, int], *, excluded: int = 0, wbc: Decimal | None = None) -> Differential:
    """Return the differential of `counts`, cells by class code (absent codes are zero).

    `excluded` is how many cells were taken out of the count. `wbc` is the white cell count in 10^9/L; without it
    there are no absolute values. Raises `ValueError` on an unknown code or a negative number.
    """
    for code, count in counts.items():
        if code not in BY_CODE:
            message = f"No such cell class: {code!r}."  # not translated
            raise ValueError(message)
        if count < 0:
            message = f"A count cannot be negative: {code} {count}."  # not translated
            raise ValueError(message)
    numbers = [counts.get(code, 0) for code in LEUKOCYTE_CODES]
    n = sum(numbers)
    percents = whole_percentages(numbers)
    erythroblasts = counts.get("erythroblast", 0)
    return Differential(
        n=n,
        rows=tuple(
            _row(code, count, n, percent, wbc)
            for code, count, percent in zip(LEUKOCYTE_CODES, numbers, percents, strict=True)
            if count or code not in RARE_CODES
        ),
        erythroblasts=erythroblasts,
        nrbc_per_100_wbc=_rounded(Decimal(100 * erythroblasts) / n, "0.1") if n else None,
        platelets=counts.get("platelet", 0),
        unidentified=counts.get(UNIDENTIFIED, 0),
        excluded=excluded,
        wbc=wbc,
    )


def whole_percentages(counts: Sequence[int]) -> list[int]:
    """Return whole percentages that add to exactly 100, by largest remainder (Hamilton's method).

    Of equal remainders the larger count gains the point, then the earlier row. All zero when nothing was counted.
    """
    n = sum(counts)
    if n == 0:
        return [0] * len(counts)
    whole = [100 * count // n for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda i: (-(100 * counts[i] % n), -counts[i], i))
    for i in by_remainder[: 100 - sum(whole)]:
        whole[i] += 1
    return whole


@lru_cache(maxsize=8192)
def clopper_pearson(count: int, n: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Return the exact binomial confidence interval of `count` in `n`, as fractions of 1.

    Clopper and Pearson 1934; for differentials Rümke 1960. Kept in memory: scipy takes a millisecond for it, and a page
    of a workspace asks for the same few on every decision. Raises `ValueError` unless 0 <= count <= n and n > 0.
    """
    if not 0 <= count <= n or n <= 0:
        message = f"{count} of {n} is no proportion."  # not translated
        raise ValueError(message)
    low, high = binomtest(count, n).proportion_ci(confidence_level=confidence, method="exact")
    return Interval(float(low), float(high))


def _row(code: str, count: int, n: int, whole_percent: int, wbc: Decimal | None) -> Row:
    if n == 0:
        return Row(BY_CODE[code], 0, 0, 0.0, 0.0, 1.0, None)
    interval = clopper_pearson(count, n)
    # From the count, not from the rounded percentage, which would add its error to the absolute value.
    absolute = None if wbc is None else _rounded(wbc * count / n, "0.01")
    return Row(BY_CODE[code], count, whole_percent, count / n, interval.low, interval.high, absolute)


def _rounded(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), rounding=ROUND_HALF_UP)
