"""What somebody knows: per class, per pair of classes, week by week, and beside a group. Pure arithmetic, no database.

Everything is against a reference: the true class, or what a model said. A question without an answer counts as a wrong one, of
no class.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import quantiles
from typing import TYPE_CHECKING

from cases.differential import clopper_pearson
from consult.kappa import Agreement, kappa_of_counts
from education.teaching_classes import CODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cases.differential import Interval

FEWEST_IN_A_GROUP = 5
"""Of fewer people no figure of the group is shown: one could work out whose it is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One question that somebody was asked: its reference class, what was answered (empty: nothing), and the day."""

    reference: str
    answered: str
    day: dt.date

    @property
    def agrees(self) -> bool:
        """Whether the answer was the class of the reference."""
        return self.answered == self.reference


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with its exact 95 % confidence interval. Without a whole there is no value."""

    part: int
    n: int

    @property
    def value(self) -> float | None:
        """The share as a fraction of 1."""
        return self.part / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        """Clopper and Pearson's interval, as fractions of 1."""
        return clopper_pearson(self.part, self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How well one class is told from all others: `kappa` is that of the question "is it this class?"."""

    code: str
    sensitivity: Share
    specificity: Share
    kappa: Agreement


@dataclass(frozen=True, slots=True)
class Confusion:
    """An ordered pair: cells of class `true` that were taken for `taken_for`, `times` of `of`."""

    true: str
    taken_for: str
    times: int
    of: int


@dataclass(frozen=True, slots=True)
class Week:
    """Right answers of the week that begins on a Monday."""

    begins: dt.date
    right: Share


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a group of `people` lies: its median and quartiles, fractions of 1."""

    people: int
    lower: float
    median: float
    upper: float


def pairs_of(readings: Iterable[Reading]) -> Counter[tuple[str, str]]:
    """Return how often a cell of a class (first) was called which (second; empty: nothing)."""
    return Counter((reading.reference, reading.answered) for reading in readings)


def right_of(readings: Sequence[Reading]) -> Share:
    """Return the share of right answers of all classes together."""
    return Share(sum(reading.agrees for reading in readings), len(readings))


def overall(readings: Iterable[Reading]) -> Agreement:
    """Return the agreement with the reference over all classes."""
    return kappa_of_counts(pairs_of(readings))


def by_class(readings: Sequence[Reading]) -> list[ClassFigures]:
    """Return the figures of every class that was asked or answered, in the order of the teaching classes."""
    pairs = pairs_of(readings)
    used = {code for pair in pairs for code in pair}
    return [_figures(code, pairs) for code in CODES if code in used]


def confusions(readings: Sequence[Reading], *, most: int = 10) -> list[Confusion]:
    """Return the pairs that were mixed up most often, the most frequent first; questions without an answer are none."""
    asked = Counter(reading.reference for reading in readings)
    wrong = Counter((each.reference, each.answered) for each in readings if each.answered and not each.agrees)
    pairs = [Confusion(true, taken, times, asked[true]) for (true, taken), times in wrong.items()]
    order = {code: place for place, code in enumerate(CODES)}
    return sorted(pairs, key=lambda pair: (-pair.times, order[pair.true], order[pair.taken_for]))[:most]


def learning_curve(readings: Iterable[Reading]) -> list[Week]:
    """Return the share of right answers by week, weeks without answers left out."""
    weeks: dict[dt.date, list[bool]] = defaultdict(list)
    for reading in readings:
        weeks[reading.day - dt.timedelta(days=reading.day.weekday())].append(reading.agrees)
    return [Week(begins, Share(sum(right), len(right))) for begins, right in sorted(weeks.items())]


def spread(values: Sequence[float]) -> Spread | None:
    """Return where a group lies, one value a person; None for fewer than `FEWEST_IN_A_GROUP`."""
    if len(values) < FEWEST_IN_A_GROUP:
        return None
    lower, median, upper = quantiles(values, n=4, method="inclusive")
    return Spread(len(values), lower, median, upper)


def _figures(code: str, pairs: Mapping[tuple[str, str], int]) -> ClassFigures:
    table: Counter[tuple[str, str]] = Counter()
    for (reference, answered), times in pairs.items():
        table[str(reference == code), str(answered == code)] += times
    hits, misses = table["True", "True"], table["True", "False"]
    alarms, rest = table["False", "True"], table["False", "False"]
    return ClassFigures(code, Share(hits, hits + misses), Share(rest, rest + alarms), kappa_of_counts(table))
