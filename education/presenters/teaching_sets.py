"""A set as its teachers see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from education.models import Assignment, SetState, TeachingCell
from education.presenters.teach import TONES
from education.selectors.owed import takes_test, without_owed
from education.selectors.student_groups import given_with_finished
from education.services.questions import cells_of, draw
from education.services.teaching_sets import is_answered
from education.teaching_classes import BY_CODE, TeachingClass, at_depth, classes_asked, counting_as

if TYPE_CHECKING:
    from accounts.models import User
    from education.models import TeachingSet

SHOWN = 24
"""How many cells a preview shows."""
CELLS_A_CLASS = 120
"""How many cells of a class may be chosen from: the newest."""


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell with the class that it counts as in the set."""

    cell: TeachingCell
    teaching_class: TeachingClass
    chosen: bool = False


def set_context(teaching_set: TeachingSet, teacher: User) -> dict[str, Any]:
    """What the page of a set shows: its rules, an attempt as it could be, and to whom it is given."""
    tested = takes_test(teacher, teaching_set)
    drawn = [] if tested else draw(teaching_set, teacher, seed=0)[:SHOWN]
    cells = without_owed(TeachingCell.objects.visible_to(teacher), teacher).in_bulk(drawn)
    given = Assignment.objects.given_at(teacher).filter(teaching_set=teaching_set)
    return {
        "set": teaching_set,
        "tone": TONES[SetState(teaching_set.state)],
        "answered": is_answered(teaching_set),
        "times": teaching_set.attempts.count(),
        "classes": classes_asked(teaching_set.classes, finer=teaching_set.finer),
        "listed": teaching_set.listed.count(),
        "askable": cells_of(teaching_set, teacher).count(),
        "tested": tested,
        "preview": [_shown(cells[pk], teaching_set) for pk in drawn if pk in cells],
        "given": given_with_finished(given),
        "now": timezone.now(),
    }


def cells_context(teaching_set: TeachingSet, teacher: User, code: str) -> dict[str, Any]:
    """The cells of one class to choose from, with those that the set lists marked; none whose answer `teacher` owes."""
    asked = classes_asked(teaching_set.classes, finer=teaching_set.finer)
    chosen_class = next((each for each in asked if each.code == code), asked[0])
    counting = counting_as({chosen_class.code}, finer=teaching_set.finer)
    known = without_owed(TeachingCell.objects.visible_to(teacher).for_marks(), teacher)
    cells = known.filter(cell_class__in=counting)
    listed = set(teaching_set.listed.values_list("cell_id", flat=True))
    return {
        "set": teaching_set,
        "classes": asked,
        "chosen_class": chosen_class,
        "listed": len(listed),
        "answered": is_answered(teaching_set),
        "cells": [ShownCell(cell, chosen_class, cell.pk in listed) for cell in cells.order_by("-pk")[:CELLS_A_CLASS]],
    }


def _shown(cell: TeachingCell, teaching_set: TeachingSet) -> ShownCell:
    return ShownCell(cell, BY_CODE[at_depth(cell.cell_class, finer=teaching_set.finer)])
