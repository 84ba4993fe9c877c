"""What came of an attempt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from education.competence import Reading, right_of
from education.models import Answer
from education.teaching_classes import at_depth

if TYPE_CHECKING:
    from education.competence import Share
    from education.models import Attempt, TeachingCell


@dataclass(frozen=True, slots=True)
class Marked:
    """One answer beside the truth: codes at the depth of the set, `said` empty where nothing was answered in time."""

    position: int
    cell: TeachingCell
    truth: str
    said: str
    ms: int


@dataclass(frozen=True, slots=True)
class Result:
    """The answers of an attempt. `skipped` counts questions whose cell was recalled, `open` those never answered."""

    answers: tuple[Marked, ...]
    readings: tuple[Reading, ...]
    skipped: int
    open: int

    @property
    def total(self) -> Share:
        """The share right."""
        return right_of(self.readings)

    @property
    def wrong(self) -> list[Marked]:
        """The wrong ones, in the order in which they were asked."""
        return [each for each in self.answers if each.said != each.truth]


def result_of(attempt: Attempt) -> Result:
    """Count an attempt: cells that were recalled before or after they were answered give and take no marks."""
    finer = attempt.teaching_set.finer
    answers = []
    skipped = unanswered = 0
    day = attempt.started_at.date()
    standing = {answer.item_id: answer for answer in Answer.objects.standing().filter(item__attempt=attempt)}
    for item in attempt.items.select_related("cell"):
        answer = standing.get(item.pk)
        if item.skipped or not item.cell.picture:
            skipped += 1
        elif answer is None:
            unanswered += 1
        else:
            # The truth that the answer was marked by: a class corrected later does not turn a right answer wrong.
            truth = answer.label if answer.correct else at_depth(item.cell.cell_class, finer=finer)
            answers.append(Marked(item.position, item.cell, truth, answer.label, answer.ms))
    readings = tuple(Reading(each.truth, each.said, day) for each in answers)
    return Result(tuple(answers), readings, skipped, unanswered)
