"""What one person has learned so far: only of answers that they may know of."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.functions import TruncWeek

from education.competence import Reading
from education.models import Answer, Attempt
from education.teaching_classes import at_depth

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

WEEKS = 12
"""How many weeks the plot of answers goes back."""


@dataclass(frozen=True, slots=True)
class Week:
    """The answers of one week, from its Monday."""

    begins: dt.date
    answers: int
    right: int


@dataclass(frozen=True, slots=True)
class Progress:
    """All told answers of a person, and how many they gave in each of the last weeks."""

    readings: tuple[Reading, ...]
    weeks: tuple[Week, ...]


def progress_of(user: User, moment: dt.datetime) -> Progress:
    """Count the answers of `user` in attempts that are told at `moment`, recalled cells left out."""
    told = Attempt.objects.of(user).told_at(moment)
    answers = (
        Answer.objects.standing().filter(item__attempt__in=told, item__skipped=False).exclude(item__cell__picture="")
    )
    readings: list[Reading] = []
    columns = "item__cell__cell_class", "label", "correct", "item__attempt__teaching_set__finer"
    for code, label, correct, finer, number in answers.values_list(*columns).annotate(number=Count("pk")).order_by():
        truth = label if correct else at_depth(code, finer=finer)
        # All as if today: these figures do not ask when.
        readings += [Reading(truth, label, moment.date())] * number
    return Progress(tuple(readings), _weeks(answers, moment))


def _weeks(answers: QuerySet[Answer], moment: dt.datetime) -> tuple[Week, ...]:
    this = moment.date() - dt.timedelta(days=moment.weekday())
    first = this - dt.timedelta(weeks=WEEKS - 1)
    since = dt.datetime.combine(first, dt.time(), tzinfo=dt.UTC)
    counts: Counter[dt.date] = Counter()
    right: Counter[dt.date] = Counter()
    rows = answers.filter(at__gte=since).annotate(week=TruncWeek("at")).values_list("week", "correct")
    for week, correct, number in rows.annotate(number=Count("pk")).order_by():
        counts[week.date()] += number
        right[week.date()] += number if correct else 0
    mondays = (first + dt.timedelta(weeks=number) for number in range(WEEKS))
    return tuple(Week(monday, counts[monday], right[monday]) for monday in mondays)
