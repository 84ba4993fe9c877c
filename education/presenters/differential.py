"""A timed differential as its page and the page of its result show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from education.models import Attempt, AttemptState
from education.presenters.certificates import asking_of
from education.presenters.choices import choices_of
from education.presenters.question import Picture, picture_of, picture_of_question
from education.selectors.atlas import with_a_page
from education.selectors.differentials import called_cells, outcome_of
from education.selectors.owed import sealed_in
from education.teaching_classes import BY_CODE, TeachingClass
from education.timed import HESITATION
from review.key_map import keys_of

if TYPE_CHECKING:
    from accounts.models import User
    from education.models import TeachingCell
    from education.selectors.differentials import TimedOutcome
    from education.timed import ApartClass, CountedClass

AHEAD = 5
"""Pictures that are fetched before their turn."""


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class of the result with its name. `counted` is of the 100 %, `apart` beside it; one of the two is None."""

    teaching_class: TeachingClass
    counted: CountedClass | None = None
    apart: ApartClass | None = None


@dataclass(frozen=True, slots=True)
class CalledPicture:
    """One cell of the result: its place from 1, its picture, what it is and what it was called, and the seconds it took."""

    number: int
    picture: Picture
    truth: TeachingClass
    said: TeachingClass | None
    seconds: float


def differential_context(attempt: Attempt, user: User) -> dict[str, Any]:
    """What the page of a running differential shows, with scripts and without."""
    cells = called_cells(attempt)
    choices = choices_of(attempt.teaching_set, user)
    counts = {each.teaching_class.code: 0 for each in choices}
    for cell in cells:
        if cell.label:
            counts[cell.label] = counts.get(cell.label, 0) + 1
    done = sum(bool(cell.label) for cell in cells)
    now_at = next((number for number, cell in enumerate(cells) if not cell.label), None)
    elapsed_ms = max(0, round((timezone.now() - attempt.started_at).total_seconds() * 1000))
    undo_keys = keys_of(user).get("undo", [])
    pictures = [picture_of_question(cell.item) for cell in cells]
    return {
        "attempt": attempt,
        "set": attempt.teaching_set,
        "counted": [(choice, counts[choice.teaching_class.code]) for choice in choices],
        "now": None if now_at is None else cells[now_at].item,
        "picture": pictures[0 if now_at is None else now_at] if pictures else None,
        "number": len(cells) if now_at is None else now_at + 1,
        "done": done,
        "all": len(cells),
        "credits": credits_of([cell.item.cell for cell in cells]),
        "clock": clock(elapsed_ms),
        "undo_key": next(iter(undo_keys), ""),
        "undo_for_script": "\n".join(undo_keys),
        "page_data": {
            "attempt": str(attempt.pk),
            "ahead": AHEAD,
            "elapsedMs": elapsed_ms,
            "answers": reverse("education:differential_answers", args=[attempt.pk]),
            "cells": [
                {
                    "position": cell.item.position,
                    "picture": picture.address,
                    "scale": picture.scale_px,
                    "label": cell.label,
                    "turns": cell.turns,
                }
                for cell, picture in zip(cells, pictures, strict=True)
            ],
        },
    }


def differential_result_context(attempt: Attempt) -> dict[str, Any]:
    """What the page of an ended differential shows; of a sealed one that it is kept, and nothing more."""
    told = Attempt.objects.filter(pk=attempt.pk).told_at(timezone.now()).exists()
    context: dict[str, Any] = {
        "attempt": attempt,
        "set": attempt.teaching_set,
        "told": told,
        "given_up": attempt.state == AttemptState.GIVEN_UP,
        "certificate": asking_of(attempt),
    }
    if not told:
        return context
    outcome = outcome_of(attempt)
    result = outcome.result
    sealed = sealed_in(attempt, [item.cell for item in outcome.items])
    called = [each for each in _pictures(outcome) if each.picture.cell.pk not in sealed]
    hesitations = {place + 1 for place in result.pace.hesitations}
    return context | {
        "result": result,
        "skipped": outcome.skipped,
        "rows": [ClassLine(BY_CODE[row.code], counted=row) for row in result.rows],
        "apart": [ClassLine(BY_CODE[row.code], apart=row) for row in result.apart],
        "missed": [BY_CODE[code] for code in result.missed],
        "clock": clock(round(result.pace.seconds * 1000)),
        "median_seconds": None if result.pace.median_ms is None else result.pace.median_ms / 1000,
        "hesitation": HESITATION,
        "hesitations": [each for each in called if each.number in hesitations],
        "mistakes": [each for each in called if each.said != each.truth],
        "with_a_page": with_a_page(attempt.student, [each.picture.cell for each in called]),
    }


def credits_of(cells: list[TeachingCell]) -> list[str]:
    """Who is credited for the pictures, each once, with the licence."""
    lines = [
        ", ".join(part for part in (cell.credit, cell.licence) if part) or str(cell.get_source_display())
        for cell in cells
    ]
    return list(dict.fromkeys(lines))


def clock(ms: int) -> str:
    """A time as mm:ss."""
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes:02}:{seconds:02}"


def _pictures(outcome: TimedOutcome) -> list[CalledPicture]:
    return [
        CalledPicture(number, picture_of(item.cell), BY_CODE[call.true], BY_CODE.get(call.answered), call.ms / 1000)
        for number, (item, call) in enumerate(zip(outcome.items, outcome.calls, strict=True), start=1)
    ]
