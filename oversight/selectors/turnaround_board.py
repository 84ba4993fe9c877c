"""How long the reports of a period took, and which were late: by week, by priority, by clinic, and by what the late ones waited for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format

from cases.conf import turnaround
from cases.differential import clopper_pearson
from cases.models import Case, Priority
from oversight.models import CaseTurnaround
from oversight.selectors.sources import monday_of
from oversight.stops import Stop, quantile

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

PRIORITIES = (Priority.STAT, Priority.URGENT, Priority.ROUTINE)


@dataclass(slots=True)
class Line:
    """How long the cases of one kind took from submission to signature, and how many of them were signed after they were due.

    `code` is what the kind is called in a file, `allowed` how long they may take.
    """

    name: str
    code: str
    allowed: dt.timedelta | None = None
    late: int = 0
    times: list[dt.timedelta] = field(default_factory=list)

    @property
    def number(self) -> int:
        """How many were signed."""
        return len(self.times)

    @property
    def median(self) -> dt.timedelta:
        """Half of them took no longer."""
        return quantile(self.times, 0.5)

    @property
    def ninth_decile(self) -> dt.timedelta:
        """Nine of ten took no longer."""
        return quantile(self.times, 0.9)

    @property
    def percent(self) -> float:
        """Which share was late."""
        return 100 * self.late / self.number

    @property
    def low(self) -> float:
        """The lower end of the exact 95 % interval of the share that was late, in percent."""
        return 100 * clopper_pearson(self.late, self.number).low

    @property
    def high(self) -> float:
        """The upper end of that interval, in percent."""
        return 100 * clopper_pearson(self.late, self.number).high


@dataclass(frozen=True, slots=True)
class StopLine:
    """How many late cases were longest at one stop, and how long half of these were there at most."""

    stop: Stop
    number: int
    median: dt.timedelta


@dataclass(frozen=True, slots=True)
class Board:
    """The reports first signed in a period. Weeks are in order, priorities as a worklist has them, clinics by what was late.

    `overdue` is how many cases are awaited now and past their due time: they are in no other figure.
    """

    whole: Line
    weeks: list[Line]
    priorities: list[Line]
    clinics: list[Line]
    stops: list[StopLine]
    overdue: int


def board_since(began: dt.datetime, *, laboratory: UUID | None) -> Board:
    """Count what a laboratory, or all, signed since `began`. It names no patient."""
    signed = CaseTurnaround.objects.filter(signed_at__gte=began).order_by()
    awaited = Case.objects.open().filter(due_at__lt=timezone.now())
    if laboratory is not None:
        signed = signed.filter(laboratory=laboratory)
        awaited = awaited.filter(laboratory=laboratory)
    whole = Line("", "")
    weeks: dict[dt.date, Line] = {}
    priorities: dict[str, Line] = {}
    clinics: dict[str, Line] = {}
    rows = signed.values_list("signed_at", "took", "is_late", "priority", "clinic__slug", "clinic__name")
    for at, took, late, priority, slug, clinic in rows.iterator(chunk_size=5000):
        week = monday_of(timezone.localdate(at))
        for line in (
            whole,
            weeks.get(week) or weeks.setdefault(week, Line(date_format(week, "SHORT_DATE_FORMAT"), week.isoformat())),
            priorities.get(priority) or priorities.setdefault(priority, _line_of(priority)),
            clinics.get(slug) or clinics.setdefault(slug, Line(clinic, slug)),
        ):
            line.times.append(took)
            line.late += late
    return Board(
        whole=whole,
        weeks=[weeks[week] for week in sorted(weeks)],
        priorities=[priorities[priority] for priority in PRIORITIES if priority in priorities],
        clinics=sorted(clinics.values(), key=lambda line: (-line.late, line.name)),
        stops=_longest_stops(signed.filter(is_late=True)),
        overdue=awaited.order_by().count(),
    )


def _line_of(priority: str) -> Line:
    return Line(str(Priority(priority).label), priority, allowed=turnaround(priority))


def _longest_stops(late: QuerySet[CaseTurnaround]) -> list[StopLine]:
    """Count each late case under the stop it was longest at; the stop of most cases first."""
    longest: dict[Stop, list[dt.timedelta]] = {}
    for times in late.values_list(*(stop.value for stop in Stop)):
        time, stop = max(zip(times, Stop, strict=True), key=lambda pair: pair[0])
        longest.setdefault(stop, []).append(time)
    lines = [StopLine(stop, len(times), quantile(times, 0.5)) for stop, times in longest.items()]
    return sorted(lines, key=lambda line: -line.number)
