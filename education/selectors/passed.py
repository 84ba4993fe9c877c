"""What an attempt shows of somebody, judged for a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from education.competence import Reading
from education.models import Attempt, AttemptState, SetKind
from education.passing import judge_differential, judge_quiz
from education.selectors.differentials import outcome_of
from education.selectors.readings import first_readings

if TYPE_CHECKING:
    from education.passing import Judgement


def judgement_of(attempt: Attempt) -> Judgement | None:
    """Judge an attempt that may be judged: finished, told, no repetition of wrong ones, at a set with a certificate; else None."""
    if not attempt.teaching_set.certificate or attempt.state != AttemptState.FINISHED or attempt.wrong_again:
        return None
    mine = Attempt.objects.filter(pk=attempt.pk)
    if not mine.told_at(timezone.now()).exists():
        return None
    if attempt.teaching_set.kind == SetKind.DIFFERENTIAL:
        outcome = outcome_of(attempt)
        day = timezone.localdate(attempt.finished_at)
        readings = [Reading(call.true, call.answered, day) for call in outcome.calls]
        return judge_differential(readings, outcome.result)
    return judge_quiz(first_readings(mine))


def attempts_until(attempt: Attempt) -> int:
    """How many attempts at the set the student had ended by then, this one among them, repetitions of wrong ones left out."""
    return Attempt.objects.filter(
        student=attempt.student_id,
        teaching_set=attempt.teaching_set_id,
        wrong_again=False,
        finished_at__lte=attempt.finished_at,
    ).count()
