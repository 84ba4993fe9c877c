"""A demo student half-way through a set, through the services that students use. For local use only."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import Role, User
from education.models import Attempt, TeachingSet
from education.services.answers import answer_item, show_next
from education.services.attempts import start_attempt
from education.services.questions import askable
from education.teaching_classes import at_depth
from hematovision.errors import PermissionRefused

_SEED = 12
# What is taken for what by somebody who begins: every third cell of these classes.
_MIXED_UP = {
    "monocyte": "lymphocyte",
    "lymphocyte": "monocyte",
    "basophil": "lymphocyte",
    "immature_granulocyte": "monocyte",
    "erythroblast": "lymphocyte",
}


def seed_student() -> int:
    """Let the demo student finish the first set and stop in the middle of the next; returns how many answers were given.

    Does nothing where they have begun anything, or where the shipped sets or their material are not there. Raises
    `PermissionRefused` where `DEMO_ACCOUNTS` is off.
    """
    if not getattr(settings, "DEMO_ACCOUNTS", False):
        raise PermissionRefused("Demo accounts exist in local settings only.")  # not translated
    student = User.objects.filter(role=Role.STUDENT, organisation__slug="central-laboratory").first()
    sets = {each.shipped_as: each for each in TeachingSet.objects.visible_to(student)} if student else {}
    first, second = sets.get("first-cells"), sets.get("all-eight")
    if student is None or first is None or second is None or Attempt.objects.of(student).exists():
        return 0
    if not askable(first, student).exists():
        return 0
    return _answer(student, first, all_of_it=True) + _answer(student, second, all_of_it=False)


def _answer(student: User, teaching_set: TeachingSet, *, all_of_it: bool) -> int:
    attempt = start_attempt(actor=student, teaching_set=teaching_set, seed=_SEED)
    most = attempt.items.count() // (1 if all_of_it else 2)
    seen: Counter[str] = Counter()
    for number in range(most):
        _, item = show_next(actor=student, attempt=attempt.pk)
        if item is None:
            return number
        code = at_depth(item.cell.cell_class, finer=teaching_set.finer)
        seen[code] += 1
        # Nobody answers in no time: as if it had been shown some seconds ago.
        item.shown_at = timezone.now() - timedelta(seconds=3 + number % 5)
        item.save(update_fields=["shown_at"])
        label = _MIXED_UP.get(code, code) if seen[code] % 3 == 0 else code
        answer_item(actor=student, attempt=attempt.pk, position=item.position, label=label)
    return most
