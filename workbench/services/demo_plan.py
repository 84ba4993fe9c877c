"""What the demonstration says happened in the last three months: which case came when, and what became of it. Asks no database.

A lot with a fixed seed, so that every installation shows the same weeks.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import Enum, auto
from random import Random

from cases.models import Priority, SpecimenReason, Stain

WEEKS = 13
SEED = 72
DECLINES_AFTER_WEEK = 8
DECLINE = 0.16
"""Of the monocytes at the declining microscope, in the last week; half as much in the middle of the decline."""
_SHARE_OF_DAYS = (0.4, 0.7)
"""On which a case came, in the first five weeks and then: each costs `make run` a third of a second, half of it the PDF of its
report. Of the last sixty days there have to be twenty routine cases, or nothing is said of the usual turn-around."""
_MORE_AFTER_WEEK = 5


class Became(Enum):
    """What became of a case."""

    SIGNED = auto()
    CORRECTED = auto()
    OPINION = auto()
    RETAKEN = auto()
    REJECTED = auto()


@dataclass(frozen=True, slots=True)
class Bench:
    """A microscope of a clinic, as its files name the camera."""

    clinic: str
    name: str
    camera: str
    stain: str
    kinds: tuple[int, int, int]
    declines: bool = False


KINDS: tuple[tuple[str, dict[str, int]], ...] = (
    ("Routine control.", {"neutrophil": 19, "lymphocyte": 10, "monocyte": 4, "eosinophil": 2}),
    ("Control after treatment.", {"neutrophil": 17, "lymphocyte": 12, "monocyte": 4, "eosinophil": 1, "basophil": 1}),
    ("Lymphocytes raised on the analyser.", {"neutrophil": 12, "lymphocyte": 18, "monocyte": 5}),
    ("Eosinophils raised on the analyser.", {"neutrophil": 15, "lymphocyte": 8, "eosinophil": 9, "monocyte": 3}),
    ("Fever. Left shift?", {"neutrophil": 20, "immature_granulocyte": 3, "lymphocyte": 7, "monocyte": 5}),
    ("Anaemia. Nucleated red cells?", {"neutrophil": 17, "lymphocyte": 10, "erythroblast": 3, "monocyte": 4}),
)
"""The question, and the cells on the smear that is drawn for it."""
BENCHES = (
    Bench("riverside-clinic", "Microscope 1", "Basler acA2440", Stain.WRIGHT_GIEMSA, (0, 1, 4)),
    Bench("riverside-clinic", "Microscope 2", "Moticam 5+", Stain.MAY_GRUNWALD_GIEMSA, (0, 2, 3), declines=True),
    Bench("hilltop-clinic", "Laboratory microscope", "Axiocam 208", Stain.GIEMSA, (0, 1, 5)),
)
TURNS = 8
"""In how many ways one drawn smear is turned and mirrored, so that it is another picture."""


@dataclass(frozen=True, slots=True)
class Past:
    """One case of the history. `waits` is from submission to the review, `reviewed_in` from there to the signature. In between a
    clinic takes a field again or a colleague gives an opinion, after so long as it was `away`.
    """

    number: int
    week: int
    began: dt.datetime
    bench: Bench
    kind: int
    turn: int
    priority: str
    waits: dt.timedelta
    reviewed_in: dt.timedelta
    acknowledged_after: dt.timedelta
    became: Became
    reasons: tuple[SpecimenReason, ...] = ()
    decline: float = 0.0
    away: dt.timedelta = dt.timedelta(minutes=40)

    @property
    def accession_number(self) -> str:
        """How the laboratory calls it; the week is in it."""
        return f"DEMO-W{self.week:02d}-{self.number:03d}"


_OF_THE_SPECIMEN = (
    SpecimenReason.SMEAR_UNREADABLE,
    SpecimenReason.STAIN_UNUSABLE,
    SpecimenReason.CLOTTED,
    SpecimenReason.SMEAR_UNREADABLE,
    SpecimenReason.TOO_OLD,
    SpecimenReason.HAEMOLYSED,
)


def last_day(now: dt.datetime) -> dt.date:
    """The day before which the history ends: its last case is over hours before `now`."""
    return (now - dt.timedelta(hours=6)).date()


def history_before(today: dt.date) -> list[Past]:
    """The cases of the thirteen weeks before `today`, in the order in which they came. Times are UTC, work is on weekdays."""
    lot = Random(SEED)  # noqa: S311 - the same weeks everywhere
    days = [today - dt.timedelta(days=number) for number in range(7 * WEEKS, 0, -1)]
    told: list[Past] = []
    for position, day in enumerate(days):
        week = 1 + position // 7
        if day.weekday() < 5 and lot.random() < _SHARE_OF_DAYS[week > _MORE_AFTER_WEEK]:
            at = dt.datetime.combine(day, dt.time(7, 40), tzinfo=dt.UTC)
            told.append(_case(lot, len(told) + 1, week, at))
    left = [past for past in told if _may_be_left(past, today)]
    for turn, past in enumerate(left):
        told[past.number - 1] = _over_the_weekend(past, _LEFT[turn % len(_LEFT)])
    return told


def _case(lot: Random, number: int, week: int, at: dt.datetime) -> Past:
    bench = lot.choices(BENCHES, weights=(33, 34, 33))[0]
    priority = lot.choices((Priority.ROUTINE, Priority.URGENT, Priority.STAT), weights=(89, 8, 3))[0]
    longest = {Priority.ROUTINE: 300, Priority.URGENT: 70, Priority.STAT: 18}[priority]
    became = _BECAME.get(number % 22, Became.SIGNED)
    return Past(
        number=number,
        week=week,
        began=at + dt.timedelta(minutes=lot.uniform(0, 360)),
        bench=bench,
        kind=lot.choices(bench.kinds, weights=(5, 3, 2))[0],
        turn=lot.randrange(TURNS),
        priority=priority,
        # Most are there early, a few wait long.
        waits=dt.timedelta(minutes=longest * (0.12 + 0.88 * lot.betavariate(1.6, 3.2))),
        reviewed_in=dt.timedelta(minutes=lot.uniform(4, 16)),
        acknowledged_after=dt.timedelta(minutes=lot.uniform(8, 170)),
        became=became,
        reasons=(_OF_THE_SPECIMEN[number // 11 % len(_OF_THE_SPECIMEN)],) if became is Became.REJECTED else (),
        decline=_decline(week) if bench.declines else 0.0,
    )


_LEFT = (Became.RETAKEN, Became.SIGNED, Became.OPINION)
"""What a Friday leaves behind, in turns: a field sent back, a review nobody began, an opinion nobody gave. It is late on Monday."""
_MONDAY_MORNING = dt.time(6, 10)
_TO_MONDAY = dt.timedelta(days=3)


def _may_be_left(past: Past, today: dt.date) -> bool:
    """Whether the weekend after a case is over, and nothing else is told of the case."""
    is_plain = past.became is Became.SIGNED and past.priority == Priority.ROUTINE
    return is_plain and past.began.weekday() == 4 and past.began.date() + _TO_MONDAY < today


def _over_the_weekend(past: Past, became: Became) -> Past:
    monday = dt.datetime.combine(past.began.date() + _TO_MONDAY, _MONDAY_MORNING, tzinfo=dt.UTC)
    if became is Became.SIGNED:
        return replace(past, waits=monday - past.began)
    return replace(past, became=became, away=monday - past.began - past.waits)


# Of 22 cases in a row: two specimens rejected, one report corrected, one second opinion.
_BECAME = {4: Became.REJECTED, 9: Became.CORRECTED, 13: Became.OPINION, 18: Became.REJECTED}


def _decline(week: int) -> float:
    return DECLINE * max(0, week - DECLINES_AFTER_WEEK) / (WEEKS - DECLINES_AFTER_WEEK)
