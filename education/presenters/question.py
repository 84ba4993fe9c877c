"""One question of an attempt, and what is told after its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from education.models import SIDE_PX, Answer, Attempt, AttemptState
from education.morphology import pair_of
from education.presenters.choices import choices_of
from education.presenters.prediction import model_is_asked, model_words
from education.selectors.crowd import crowd_of
from education.selectors.shown import fetched_ahead
from education.services.questions import reference_of
from education.teaching_classes import BY_CODE, at_depth

if TYPE_CHECKING:
    from accounts.models import User
    from education.models import AttemptItem, TeachingCell
    from education.morphology import Statement
    from education.teaching_classes import TeachingClass

SCALE_UM = 10
"""Length of the scale bar in micrometres."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a cell. `scale_px` is how long 10 um are, in pixels of the picture; None where it is not known."""

    cell: TeachingCell
    address: str
    scale_px: float | None

    @property
    def scale_from(self) -> float:
        """Where the scale bar begins, in pixels from the left, so that it ends near the right edge."""
        return SIDE_PX - 12 - (self.scale_px or 0)


def picture_of(cell: TeachingCell) -> Picture:
    """The picture of `cell` as a page shows it that may tell its class."""
    return Picture(cell, reverse("education:cell_picture", args=[cell.pk]), _scale_px(cell))


def picture_of_question(item: AttemptItem) -> Picture:
    """The picture of a question by its place in the attempt: the id of the cell would tell its class, in the atlas."""
    return Picture(item.cell, _address(item), _scale_px(item.cell))


def question_context(attempt: Attempt, item: AttemptItem, user: User) -> dict[str, Any]:
    """What the page of a question shows."""
    seconds = attempt.teaching_set.seconds_each
    shown_at = item.shown_at or timezone.now()
    gone = (timezone.now() - shown_at).total_seconds()
    return {
        **_place(attempt, item),
        "choices": choices_of(attempt.teaching_set, user),
        "picture": picture_of_question(item),
        "seconds": seconds,
        "left_ms": None if seconds is None else max(round((seconds - gone) * 1000), 0),
        "next_picture": _next_picture(attempt),
    }


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A wrong answer as pictures: the cell that was asked beside one of the class that it was taken for.

    `own_class` is the finer class of the cell compared with.
    """

    apart: Statement
    asked: Picture
    compared: Picture
    own_class: TeachingClass


def look_alike_of(attempt: Attempt, item: AttemptItem, truth: str, said: str) -> LookAlike | None:
    """What to compare a wrong answer with; None where the two classes are not taken for each other or there is no cell."""
    pair = pair_of(truth, said) if said and said != truth else None
    cell = reference_of(attempt, said) if pair is not None else None
    if pair is None or cell is None:
        return None
    return LookAlike(pair.apart, picture_of_question(item), picture_of(cell), BY_CODE[cell.cell_class])


def feedback_context(attempt: Attempt, item: AttemptItem) -> dict[str, Any]:
    """What is told after an answer that may be told."""
    finer = attempt.teaching_set.finer
    answer = Answer.objects.standing().filter(item=item).first()
    said = answer.label if answer is not None else ""
    correct = answer is not None and bool(answer.correct)
    # Right is what was right when it was answered.
    truth = said if correct else at_depth(item.cell.cell_class, finer=finer)
    crowd = crowd_of(item.cell, finer=finer)
    return {
        **_place(attempt, item),
        "answer": answer,
        "correct": correct,
        "truth": BY_CODE[truth],
        "own_class": BY_CODE[item.cell.cell_class],
        "said": BY_CODE.get(said),
        "classes": [BY_CODE[code] for code in dict.fromkeys([truth, said]) if code],
        # The address of before: the browser has it already.
        "picture": picture_of_question(item),
        "look_alike": look_alike_of(attempt, item, truth, said),
        "crowd": crowd,
        "model": model_words(item.cell, said),
        "model_is_asked": model_is_asked(item.cell),
        "taken_for": BY_CODE.get(crowd.taken_for) if crowd is not None else None,
        "next_picture": _next_picture(attempt),
    }


def _place(attempt: Attempt, item: AttemptItem) -> dict[str, Any]:
    asked = attempt.items.filter(skipped=False)
    known = asked.count()
    open_ended = attempt.teaching_set.adaptive and not attempt.wrong_again
    return {
        "attempt": attempt,
        "set": attempt.teaching_set,
        "item": item,
        "number": asked.filter(position__lte=item.position).count(),
        "all": max(known, attempt.teaching_set.length) if open_ended else known,
        "done": asked.exclude(answers=None).count(),
        "finished": attempt.state != AttemptState.RUNNING,
    }


def _next_picture(attempt: Attempt) -> str:
    """The address of the picture that comes next, for the browser to fetch meanwhile; empty where there is none."""
    following = fetched_ahead(attempt)
    return "" if following is None else _address(following)


def _address(item: AttemptItem) -> str:
    return reverse("education:question_picture", args=[item.attempt_id, item.position])


def _scale_px(cell: TeachingCell) -> float | None:
    return None if cell.um_per_px is None else round(SCALE_UM / cell.um_per_px, 1)
