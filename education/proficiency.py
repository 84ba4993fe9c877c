"""What a proficiency test says of each person and of the laboratory. Pure arithmetic, no database.

The z of a class is how far a person's share of it lies from the group's median, in normalised interquartile ranges
(0.7413 of the interquartile range, ISO 13528:2022, annex C), and at least in binomial standard errors: one person who calls
everything otherwise moves neither. Beyond 2 it asks for a second look, beyond 3 for action (ISO 13528, 9.4).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from education.competence import Share, Spread, overall, spread
from education.teaching_classes import CODES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from consult.kappa import Agreement
    from education.competence import Reading

QUESTIONABLE, UNSATISFACTORY = 2.0, 3.0
_NORMALISED = 0.7413


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One person's share of one class, of 1, and its z against the group (None: too few people)."""

    code: str
    count: int
    share: float
    z: float | None

    @property
    def verdict(self) -> str:
        """How far it lies from the group: "inside", "questionable", "unsatisfactory", or "unknown" without a z."""
        if self.z is None:
            return "unknown"
        if abs(self.z) > UNSATISFACTORY:
            return "unsatisfactory"
        return "questionable" if abs(self.z) > QUESTIONABLE else "inside"


@dataclass(frozen=True, slots=True)
class PersonScore:
    """One person's test: agreement with the truth, and their share of each class beside the group's."""

    person: str
    right: Share
    agreement: Agreement
    classes: tuple[ClassScore, ...]


@dataclass(frozen=True, slots=True)
class LaboratoryScore:
    """The test of a laboratory. The spread of its people is hidden below `FEWEST_IN_A_GROUP`."""

    people: tuple[PersonScore, ...]
    right: Share
    agreement: Agreement
    right_of_people: Spread | None
    kappa_of_people: Spread | None


def laboratory_score(readings: Mapping[str, Sequence[Reading]]) -> LaboratoryScore:
    """Return the score of a laboratory from the readings of each person, by who they are."""
    counts = {person: Counter(each.answered for each in theirs) for person, theirs in readings.items()}
    used = [
        code
        for code in CODES
        if any(each[code] for each in counts.values())
        or any(reading.reference == code for theirs in readings.values() for reading in theirs)
    ]
    shares = {
        code: {person: counts[person][code] / len(theirs) for person, theirs in readings.items() if theirs}
        for code in used
    }
    spreads = {code: spread(list(by_person.values())) for code, by_person in shares.items()}
    people = tuple(
        PersonScore(
            person=person,
            right=_right(theirs),
            agreement=overall(theirs),
            classes=tuple(
                ClassScore(
                    code,
                    counts[person][code],
                    shares[code][person],
                    _z(shares[code][person], len(theirs), spreads[code]),
                )
                for code in used
            ),
        )
        for person, theirs in readings.items()
        if theirs
    )
    everything = [reading for theirs in readings.values() for reading in theirs]
    return LaboratoryScore(
        people=people,
        right=_right(everything),
        agreement=overall(everything),
        right_of_people=spread([each.right.part / each.right.n for each in people]),
        kappa_of_people=spread([each.agreement.kappa for each in people if each.agreement.kappa is not None]),
    )


def _right(readings: Sequence[Reading]) -> Share:
    return Share(sum(reading.agrees for reading in readings), len(readings))


def _z(share: float, n: int, group: Spread | None) -> float | None:
    if group is None:
        return None
    # Nobody is measured more finely than counting `n` cells allows; the middle half of a group often agree to the cell.
    expected = (group.median * n + 1) / (n + 2)
    deviation = max(_NORMALISED * (group.upper - group.lower), sqrt(expected * (1 - expected) / n))
    return (share - group.median) / deviation
