"""Where learning begins: what is given, what is open, what is under way, and how far one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts.permissions import has_scope
from accounts.scopes import TRY_WRITE
from education.competence import confusions, right_of
from education.models import Assignment, Attempt, AttemptState, TeachingSet
from education.permissions import may_see_material, may_teach
from education.presenters.shares import recognised
from education.selectors.progress import progress_of
from education.teaching_classes import BY_CODE

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from education.selectors.progress import Week

_CONFUSIONS = 5
_ATLAS, _TRY = "/learn/atlas/", "/try/"


@dataclass(frozen=True, slots=True)
class SetLine:
    """A set as the home page lists it. `state` is one of new, running, done; `closed` and `not_open_yet` say why it is not begun."""

    set: TeachingSet
    assignment: Assignment | None
    running: Attempt | None
    times: int
    moment: datetime

    @property
    def state(self) -> str:
        """How far the person is with it."""
        if self.running is not None:
            return "running"
        return "done" if self.times else "new"

    @property
    def is_late(self) -> bool:
        """Whether it was due and was never finished."""
        due = self.assignment.due_at if self.assignment is not None else None
        return due is not None and due < self.moment and not self.times

    @property
    def is_open(self) -> bool:
        """Whether it is answered now."""
        return self.set.is_answered_at(self.moment)


@dataclass(frozen=True, slots=True)
class Bar:
    """The answers of one week as a bar of the plot, in units of its view box: 0 0 (10 a week) 50."""

    week: Week
    x: int
    height: float
    right_height: float

    @property
    def y(self) -> float:
        """Where the bar begins from the top."""
        return 50 - self.height

    @property
    def right_y(self) -> float:
        """Where its part of right answers begins from the top."""
        return 50 - self.right_height


def home_context(user: User) -> dict[str, Any]:
    """What the home page of learning shows to `user`."""
    now = timezone.now()
    mine = list(Attempt.objects.of(user).select_related("teaching_set"))
    running = {each.teaching_set_id: each for each in mine if each.state == AttemptState.RUNNING}
    finished = [each.teaching_set_id for each in mine if each.state == AttemptState.FINISHED]
    given: dict[Any, Assignment] = {}
    for assignment in Assignment.objects.given_to(user).order_by("due_at", "given_at"):
        given.setdefault(assignment.teaching_set_id, assignment)
    lines = [
        SetLine(each, given.get(each.pk), running.get(each.pk), finished.count(each.pk), now)
        for each in TeachingSet.objects.visible_to(user)
        if not each.is_of_a_pair
    ]
    shown = {line.set.pk for line in lines}
    before = {
        each.teaching_set_id: each.teaching_set
        for each in mine
        if each.teaching_set_id not in shown and not each.teaching_set.is_of_a_pair
    }
    progress = progress_of(user, now)
    return {
        "running": list(running.values()),
        "given": [each for each in lines if each.assignment is not None],
        "open": [each for each in lines if each.assignment is None],
        "before": [SetLine(each, None, running.get(pk), finished.count(pk), now) for pk, each in before.items()],
        "total": right_of(progress.readings),
        "classes": recognised(progress.readings),
        "confusions": [
            (BY_CODE[each.true], BY_CODE[each.taken_for], each.times)
            for each in confusions(progress.readings, most=_CONFUSIONS)
        ],
        "bars": _bars(progress.weeks),
        "most": max(week.answers for week in progress.weeks),
        "teaches": may_teach(user),
        "sees_material": may_see_material(user),
        "atlas": _ATLAS if _is_there(_ATLAS) else "",
        "try_address": _TRY if has_scope(user, TRY_WRITE) and _is_there(_TRY) else "",
    }


def _bars(weeks: tuple[Week, ...]) -> list[Bar]:
    most = max(1, *(week.answers for week in weeks))
    return [
        Bar(week, 10 * number, round(50 * week.answers / most, 1), round(50 * week.right / most, 1))
        for number, week in enumerate(weeks)
    ]


def _is_there(address: str) -> bool:
    try:
        resolve(address)
    except Resolver404:
        return False
    return True
