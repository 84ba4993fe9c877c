"""Whether somebody passed a set well enough for a certificate. Pure arithmetic, no database.

A quiz is passed by what its first answers show: enough of them, agreement with the truth beyond chance, and no class that is not
known. A timed differential is passed by its own rule (`education.timed`), over as many cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from education.competence import ClassFigures, Reading, Share, by_class, overall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from consult.kappa import Agreement
    from education.timed import TimedResult

FEWEST_ANSWERS = 100
"""First answers that a certificate needs."""
LEAST_KAPPA = 0.80
"""Agreement with the truth over all classes."""
LEAST_SENSITIVITY = 0.75
"""Of the cells of each class, the share that was called so."""
FEWEST_OF_A_CLASS = 8
"""Cells of each class that was asked."""
_ROUNDING = 1e-9


class Lack(StrEnum):
    """What is missing."""

    ANSWERS = "answers"
    KAPPA = "kappa"
    CELLS = "cells"
    SENSITIVITY = "sensitivity"
    OUTSIDE = "outside"
    MISSED = "missed"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing: `found` is what was there in its place (None: not defined), `code` the class it is about."""

    lack: Lack
    found: float | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The figures of an attempt, and what is missing for a certificate."""

    right: Share
    kappa: Agreement
    classes: tuple[ClassFigures, ...]
    missing: tuple[Missing, ...]

    @property
    def is_passed(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def judge_quiz(readings: Sequence[Reading]) -> Judgement:
    """Judge the first answers of one attempt at a quiz: every class that was asked has to be known."""
    kappa = overall(readings)
    classes = _asked(readings)
    missing = _too_few(len(readings))
    if kappa.kappa is None or kappa.kappa < LEAST_KAPPA - _ROUNDING:
        missing.append(Missing(Lack.KAPPA, kappa.kappa))
    for each in classes:
        if each.sensitivity.n < FEWEST_OF_A_CLASS:
            missing.append(Missing(Lack.CELLS, each.sensitivity.n, each.code))
        if each.sensitivity.part < LEAST_SENSITIVITY * each.sensitivity.n:
            missing.append(Missing(Lack.SENSITIVITY, each.sensitivity.value, each.code))
    return Judgement(_right(readings), kappa, classes, tuple(missing))


def judge_differential(readings: Sequence[Reading], result: TimedResult) -> Judgement:
    """Judge a timed differential by its own rule; `readings` are its calls, those of no class among them."""
    missing = _too_few(len(readings))
    missing += [Missing(Lack.OUTSIDE, code=code) for code in result.outside]
    missing += [Missing(Lack.MISSED, code=code) for code in result.missed]
    if result.unanswered:
        missing.append(Missing(Lack.UNANSWERED, result.unanswered))
    return Judgement(_right(readings), overall(readings), _asked(readings), tuple(missing))


def _too_few(answers: int) -> list[Missing]:
    return [Missing(Lack.ANSWERS, answers)] if answers < FEWEST_ANSWERS else []


def _asked(readings: Sequence[Reading]) -> tuple[ClassFigures, ...]:
    return tuple(each for each in by_class(readings) if each.sensitivity.n)


def _right(readings: Sequence[Reading]) -> Share:
    return Share(sum(each.agrees for each in readings), len(readings))
