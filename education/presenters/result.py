"""The result of an attempt as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from education.competence import pairs_of
from education.models import Attempt, AttemptState
from education.presenters.certificates import asking_of
from education.presenters.question import Picture, picture_of
from education.presenters.shares import recognised
from education.selectors.atlas import with_a_page
from education.selectors.owed import sealed_in
from education.selectors.results import result_of
from education.services.attempts import assignment_for, start_refusal
from education.teaching_classes import BY_CODE, TEACHING_CLASSES, TeachingClass

if TYPE_CHECKING:
    from collections import Counter


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer with the picture. `said` is None where nothing was answered in time."""

    position: int
    picture: Picture
    truth: TeachingClass
    said: TeachingClass | None


@dataclass(frozen=True, slots=True)
class TableRow:
    """One class of the table of confusions: how often it was called which, in the order of the columns."""

    truth: TeachingClass
    counts: tuple[tuple[int, bool], ...]


def result_context(attempt: Attempt) -> dict[str, Any]:
    """What the page of an ended attempt shows; of sealed answers how many there are and nothing more."""
    result = result_of(attempt)
    told = Attempt.objects.filter(pk=attempt.pk).told_at(timezone.now()).exists()
    context: dict[str, Any] = {
        "attempt": attempt,
        "set": attempt.teaching_set,
        "told": told,
        "result": result,
        "answered": len(result.answers),
        "given_up": attempt.state == AttemptState.GIVEN_UP,
        "certificate": asking_of(attempt),
    }
    if not told:
        return context
    sealed = sealed_in(attempt, [each.cell for each in result.wrong])
    pairs = pairs_of(result.readings)
    columns = _columns(pairs)
    student, asked = attempt.student, attempt.teaching_set
    return context | {
        "classes": recognised(result.readings),
        "columns": columns,
        "table": _table(pairs, columns),
        "in_time": not any(said == "" for _, said in pairs),
        "mistakes": [
            Mistake(each.position, picture_of(each.cell), BY_CODE[each.truth], BY_CODE.get(each.said))
            for each in result.wrong
            if each.cell.pk not in sealed
        ],
        "sealed": sum(each.cell.pk in sealed for each in result.wrong),
        "with_a_page": with_a_page(student, [each.cell for each in result.wrong]),
        "may_begin_again": start_refusal(student, asked, assignment_for(student, asked)) is None,
    }


def _columns(pairs: Counter[tuple[str, str]]) -> list[TeachingClass]:
    named = {code for pair in pairs for code in pair}
    return [each for each in TEACHING_CLASSES if each.code in named]


def _table(pairs: Counter[tuple[str, str]], columns: list[TeachingClass]) -> list[TableRow]:
    asked = {truth for truth, _ in pairs}
    late = any(said == "" for _, said in pairs)
    rows = []
    for row in columns:
        if row.code in asked:
            counts = [(pairs[row.code, each.code], each.code == row.code) for each in columns]
            rows.append(TableRow(row, (*counts, *([(pairs[row.code, ""], False)] if late else []))))
    return rows
