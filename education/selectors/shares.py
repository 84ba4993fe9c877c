"""Answers counted: by class with the exact confidence interval, and what was taken for what.

`pairs` says how often a cell of a class (first) was called which (second; empty where nothing was answered in time).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.differential import Interval, clopper_pearson
from education.teaching_classes import BY_CODE, TEACHING_CLASSES, TeachingClass

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Share:
    """Right answers among `n`, as a share of 1 with its exact 95 % confidence interval."""

    right: int
    n: int
    interval: Interval

    @property
    def share(self) -> float:
        """The share of 1."""
        return self.right / self.n


@dataclass(frozen=True, slots=True)
class ClassShare:
    """The share of one class."""

    teaching_class: TeachingClass
    share: Share


@dataclass(frozen=True, slots=True)
class Confusion:
    """`count` cells of one class were called another; `taken_for` is None where nothing was answered in time."""

    truth: TeachingClass
    taken_for: TeachingClass | None
    count: int


def share_of(right: int, n: int) -> Share | None:
    """The share of `right` in `n`; None where nothing was answered."""
    return Share(right, n, clopper_pearson(right, n)) if n else None


def total_of(pairs: Mapping[tuple[str, str], int]) -> Share | None:
    """The share of all classes together."""
    return share_of(sum(n for (truth, said), n in pairs.items() if truth == said), sum(pairs.values()))


def by_class(pairs: Mapping[tuple[str, str], int]) -> list[ClassShare]:
    """The share of every class that was asked, in the order of the table."""
    asked: Counter[str] = Counter()
    for (truth, _), n in pairs.items():
        asked[truth] += n
    shares = ((each, share_of(pairs.get((each.code, each.code), 0), asked[each.code])) for each in TEACHING_CLASSES)
    return [ClassShare(each, share) for each, share in shares if share is not None]


def confusions(pairs: Mapping[tuple[str, str], int], most: int | None = None) -> list[Confusion]:
    """What was taken for what, most often first."""
    place = {each.code: number for number, each in enumerate(TEACHING_CLASSES)}
    wrong = [(n, truth, said) for (truth, said), n in pairs.items() if truth != said]
    wrong.sort(key=lambda each: (-each[0], place[each[1]], place.get(each[2], -1)))
    return [Confusion(BY_CODE[truth], BY_CODE.get(said), n) for n, truth, said in wrong[:most]]
