"""What a set has to ask to lead to a certificate, said to its teacher before anybody answers it."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from education.models import SetState
from education.passing import FEWEST_ANSWERS, FEWEST_OF_A_CLASS
from education.services.questions import cells_of, evenly
from education.teaching_classes import at_depth
from education.words import name_of

if TYPE_CHECKING:
    from accounts.models import User
    from education.models import TeachingSet


def certificate_refusal(teaching_set: TeachingSet, teacher: User) -> str:
    """Why nobody could pass `teaching_set` for a certificate, in a sentence; empty where somebody could, and where it leads to none.

    A draft is judged by its length alone, since its cells are still being chosen; an open set by the cells that there are.
    """
    if not teaching_set.certificate:
        return ""
    if teaching_set.adaptive:
        return _("An adaptive set asks everybody other cells, and wrong ones again: it leads to no certificate.")
    listed = teaching_set.listed.exists()
    if teaching_set.state == SetState.DRAFT:
        return "" if listed or teaching_set.length >= FEWEST_ANSWERS else _too_few(teaching_set.length)
    cells = cells_of(teaching_set, teacher).order_by("pk").values_list("pk", "cell_class")
    classes = {pk: at_depth(code, finer=teaching_set.finer) for pk, code in cells}
    # Drawn as an attempt draws them: how many of each class does not depend on which.
    asked = list(classes) if listed else evenly(classes.items(), teaching_set.length, Random(0))  # noqa: S311
    if len(asked) < FEWEST_ANSWERS:
        return _too_few(len(asked))
    rare = [code for code, number in Counter(classes[pk] for pk in asked).items() if number < FEWEST_OF_A_CLASS]
    if rare:
        sentence = _("A certificate needs at least %(least)s cells of each class. There are fewer of: %(classes)s.")
        return sentence % {"least": FEWEST_OF_A_CLASS, "classes": ", ".join(sorted(map(name_of, rare)))}
    return ""


def _too_few(asked: int) -> str:
    sentence = _("A certificate needs at least %(least)s cells; this set asks %(number)s.")
    return sentence % {"least": FEWEST_ANSWERS, "number": asked}
