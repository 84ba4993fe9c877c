"""A proficiency test as its page and its file show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from education.competence import FEWEST_IN_A_GROUP
from education.selectors.proficiency import score_of
from education.teaching_classes import BY_CODE, TeachingClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from education.proficiency import ClassScore, LaboratoryScore, PersonScore
    from education.selectors.proficiency import ProficiencyTest

VERDICTS = {"inside": "ok", "questionable": "warn", "unsatisfactory": "danger", "unknown": "info"}
"""Tone of each verdict."""

HEADINGS = (
    "person", "state", "right", "answers", "kappa", "kappa_low", "kappa_high", "class", "count", "share", "z", "verdict"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScoredClass:
    """The share of one class, its name, and the tone of its verdict."""

    teaching_class: TeachingClass
    score: ClassScore
    tone: str


@dataclass(frozen=True, slots=True)
class ScoredPerson:
    """One line of the report."""

    person: User
    state: str
    score: PersonScore
    classes: list[ScoredClass]


def proficiency_context(test: ProficiencyTest) -> dict[str, Any]:
    """What the page of one test shows: before it closes who has finished, afterwards how."""
    now = timezone.now()
    score = score_of(test, now)
    context: dict[str, Any] = {"test": test, "closed": test.is_closed(now), "score": score, "fewest": FEWEST_IN_A_GROUP}
    if score is None:
        return context | {"waiting": sum(each.attempt is None for each in test.people)}
    lines = _lines(test, score)
    return context | {
        "lines": lines,
        "classes": [each.teaching_class for each in lines[0].classes] if lines else [],
        "missing": [each.person for each in test.people if each.attempt is None],
        "has_group": score.right_of_people is not None,
    }


def proficiency_rows(test: ProficiencyTest, score: LaboratoryScore) -> Iterator[tuple[object, ...]]:
    """The report as lines of a file, one a person and class, with the headings first."""
    yield HEADINGS
    for line in _lines(test, score):
        theirs, agreement = line.score, line.score.agreement
        first = (
            str(line.person), line.state, theirs.right.part, theirs.right.n,
            _number(agreement.kappa), _number(agreement.low), _number(agreement.high),
        )  # fmt: skip
        for each in line.classes:
            last = (
                each.score.code,
                each.score.count,
                _number(each.score.share),
                _number(each.score.z),
                each.score.verdict,
            )
            yield (*first, *last)


def _lines(test: ProficiencyTest, score: LaboratoryScore) -> list[ScoredPerson]:
    scores = {each.person: each for each in score.people}
    found = ((participant, scores.get(str(participant.person.pk))) for participant in test.people)
    return [
        ScoredPerson(
            participant.person,
            participant.state,
            theirs,
            [ScoredClass(BY_CODE[each.code], each, VERDICTS[each.verdict]) for each in theirs.classes],
        )
        for participant, theirs in found
        if theirs is not None
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
