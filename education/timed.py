"""What a timed differential shows: percentages beside the truth with the interval of a hundred cells, and the pace. Pure, no database.

The 100 % are the white cells, blasts among them. Erythroblasts, platelets, smudge cells and artefacts stand apart as in
`cases.differential`, per 100 white cells. The truth is that of the cells that were asked, so that nobody fails for which
hundred were drawn; its exact confidence interval (Clopper and Pearson 1934; Rümke 1960) is what a hundred cells of such a smear show.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from cases.cell_classes import LEUKOCYTE_CODES
from cases.differential import clopper_pearson
from education.competence import Share
from education.teaching_classes import BY_CODE, CODES

if TYPE_CHECKING:
    from collections.abc import Sequence

MUST_BE_SEEN = ("blast", "erythroblast", "immature_granulocyte")
"""Classes that nobody may overlook; the finer classes of immature granulocytes count as theirs."""
MUST_BE_SEEN_FROM = 0.02
"""From this share of the white cells on."""
HESITATION = 3
"""How many times one's own median is a hesitation."""


@dataclass(frozen=True, slots=True)
class Call:
    """One cell of a differential: its class, what it was called (empty: nothing), and the time spent on it."""

    true: str
    answered: str
    ms: int


@dataclass(frozen=True, slots=True)
class CountedClass:
    """One class of white cell: true and called, counts and shares of 1; `low` and `high` are the confidence interval of the true share."""

    code: str
    true: int
    true_share: float
    low: float
    high: float
    called: int
    called_share: float

    @property
    def width(self) -> float:
        """Width of the interval."""
        return self.high - self.low

    @property
    def is_inside(self) -> bool:
        """Whether what was called lies within the interval."""
        return self.low <= self.called_share <= self.high


@dataclass(frozen=True, slots=True)
class ApartClass:
    """One class outside the 100 %: true and called, counts and numbers per 100 white cells (None without a white cell)."""

    code: str
    true: int
    called: int
    true_per_100: float | None
    called_per_100: float | None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast: `hesitations` are places (from 0) that took more than `HESITATION` medians."""

    seconds: float
    cells_per_minute: float | None
    median_ms: float | None
    hesitations: tuple[int, ...]
    first_half: Share
    second_half: Share


@dataclass(frozen=True, slots=True)
class TimedResult:
    """The result. `missed` are the classes of `MUST_BE_SEEN` of which there were enough and of which no cell was found."""

    true_n: int
    called_n: int
    rows: tuple[CountedClass, ...]
    apart: tuple[ApartClass, ...]
    missed: tuple[str, ...]
    unanswered: int
    right: Share
    pace: Pace

    @property
    def outside(self) -> tuple[str, ...]:
        """Classes outside their intervals."""
        return tuple(row.code for row in self.rows if not row.is_inside)

    @property
    def is_passed(self) -> bool:
        """Whether every class lies inside, and nothing was missed or left unanswered."""
        return bool(self.rows) and not self.outside and not self.missed and not self.unanswered


def is_white_cell(code: str) -> bool:
    """Whether a teaching class is in the 100 % of a differential."""
    return code == "blast" or BY_CODE[code].parent in LEUKOCYTE_CODES


def timed_result(calls: Sequence[Call], *, seconds: float) -> TimedResult:
    """Return the result of `calls`, in the order asked; `seconds` is the time they took by the server's clock."""
    true = Counter(call.true for call in calls)
    called = Counter(call.answered for call in calls if call.answered)
    true_n = sum(count for code, count in true.items() if is_white_cell(code))
    called_n = sum(count for code, count in called.items() if is_white_cell(code))
    used = [code for code in CODES if true[code] or called[code]]
    return TimedResult(
        true_n=true_n,
        called_n=called_n,
        rows=tuple(_row(code, true[code], true_n, called[code], called_n) for code in used if is_white_cell(code))
        if true_n
        else (),
        apart=tuple(
            ApartClass(code, true[code], called[code], _per_100(true[code], true_n), _per_100(called[code], called_n))
            for code in used
            if not is_white_cell(code)
        ),
        missed=tuple(code for code in MUST_BE_SEEN if _is_missed(code, calls, true_n)),
        unanswered=sum(not call.answered for call in calls),
        right=_right(calls),
        pace=_pace(calls, seconds),
    )


def _row(code: str, true: int, true_n: int, called: int, called_n: int) -> CountedClass:
    interval = clopper_pearson(true, true_n)
    return CountedClass(
        code, true, true / true_n, interval.low, interval.high, called, called / called_n if called_n else 0.0
    )


def _per_100(count: int, n: int) -> float | None:
    return 100 * count / n if n else None


def _is_missed(code: str, calls: Sequence[Call], true_n: int) -> bool:
    there = [call for call in calls if _is_of(call.true, code)]
    enough = bool(there) and len(there) >= MUST_BE_SEEN_FROM * true_n
    return enough and not any(call.answered and _is_of(call.answered, code) for call in there)


def _is_of(code: str, watched: str) -> bool:
    return watched in {code, BY_CODE[code].parent}


def _right(calls: Sequence[Call]) -> Share:
    return Share(sum(call.answered == call.true for call in calls), len(calls))


def _pace(calls: Sequence[Call], seconds: float) -> Pace:
    answered = [call.ms for call in calls if call.answered]
    usual = median(answered) if answered else None
    half = len(calls) // 2
    return Pace(
        seconds=seconds,
        cells_per_minute=60 * len(answered) / seconds if seconds > 0 else None,
        median_ms=usual,
        hesitations=tuple(
            place for place, call in enumerate(calls) if usual is not None and call.ms > HESITATION * usual
        ),
        first_half=_right(calls[:half]),
        second_half=_right(calls[half:]),
    )
