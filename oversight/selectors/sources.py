"""Where reviewed cells are counted: predictions, tallies of cases, sums of tallies; and what may be asked of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import DateField, F, Q
from django.db.models.functions import Cast, TruncWeek

from cases.models import LabelSource
from cases.states import SIGNED_STATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from django.db.models.expressions import Combinable

KIND = ("final", "best", "identified", "excluded")
"""The fields of `Names` that are those of `oversight.agreement.ReviewedCells`, but for the number."""
_NARROWING = ("clinic", "stain", "camera", "model", "reviewer")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Names:
    """Where a source keeps the same thing. `moment` turns the start of a UTC day into what `reviewed` holds; `week` is the
    Monday of the week of review.
    """

    laboratory: str
    clinic: str
    stain: str
    camera: str
    signed: Q
    model: str
    reviewer: str
    reviewed: str
    week: Combinable
    final: str
    best: str
    identified: str
    excluded: str
    moment: Callable[[dt.date], Any]

    def of(self, columns: Iterable[str]) -> list[Any]:
        """Where this source keeps each of `columns`."""
        return [getattr(self, column) for column in columns]


def _start_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=dt.UTC)


PREDICTIONS = Names(
    laboratory="cell__image__case__laboratory",
    clinic="cell__image__case__clinic",
    stain="cell__image__case__stain",
    camera="cell__image__case__camera",
    signed=Q(cell__image__case__state__in=SIGNED_STATES),
    model="model_version",
    reviewer="cell__decided_by",
    reviewed="cell__decided_at",
    week=TruncWeek("cell__decided_at", output_field=DateField(), tzinfo=dt.UTC),
    final="cell__label",
    best="label",
    identified="identified",
    excluded="cell__excluded",
    moment=_start_of,
)
TALLIES = Names(
    laboratory="case__tally__laboratory",
    clinic="case__tally__clinic",
    stain="case__tally__stain",
    camera="case__tally__camera",
    signed=Q(case__tally__is_signed=True),
    model="model_version",
    reviewer="decided_by",
    reviewed="decided_on",
    # PostgreSQL cuts a date to a moment, which is no column beside the dates of sums.
    week=Cast(TruncWeek("decided_on"), DateField()),
    final="final",
    best="best",
    identified="identified",
    excluded="excluded",
    moment=lambda day: day,
)
SUMS = Names(
    laboratory="laboratory",
    clinic="clinic",
    stain="stain",
    camera="camera",
    signed=Q(is_signed=True),
    model="model_version",
    reviewer="decided_by",
    reviewed="week",
    week=F("week"),
    final="final",
    best="best",
    identified="identified",
    excluded="excluded",
    moment=lambda day: day,
)

REVIEWED = Q(cell__superseded=False) & (Q(cell__label_source=LabelSource.HUMAN) | Q(cell__excluded=True))
"""That a person gave the label of the cell of a prediction, or took it out of the count. Cells of an analysis that was replaced by a
later one are left out, so that a cell counts once."""


class CellsApart(NamedTuple):
    """Cells of one kind of a case that is counted apart, by the fields of `Names`; `day` is that of the review (UTC)."""

    clinic: UUID
    stain: str
    camera: str
    signed: bool
    model: UUID
    reviewer: UUID | None
    day: dt.date | None
    final: str
    best: str
    identified: bool
    excluded: bool
    number: int
    newest: dt.datetime

    @property
    def week(self) -> dt.date | None:
        """The Monday of the week of review."""
        return monday_of(self.day) if self.day else None


def monday_of(day: dt.date) -> dt.date:
    """The first day of the week of `day`."""
    return day - dt.timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reviewed cells are asked for; what is None, empty or False does not narrow. `since` and `until` are UTC days, both
    counted.
    """

    nothing: bool = False
    signed: bool = False
    since: dt.date | None = None
    until: dt.date | None = None
    clinic: UUID | None = None
    stain: str = ""
    camera: str = ""
    model: UUID | None = None
    reviewer: UUID | None = None
    final: str = ""

    @property
    def narrows_time(self) -> bool:
        """Whether cells of some days only are asked for."""
        return self.since is not None or self.until is not None

    @property
    def narrows_place(self) -> bool:
        """Whether cells of some clinics, stains or cameras only are asked for."""
        return bool(self.clinic or self.stain or self.camera)

    def condition(self, names: Names) -> Q:
        """What is asked for, as a condition on a source."""
        return self.without_time(names) & self._days(names, self.since, self.until)

    def without_time(self, names: Names) -> Q:
        """The same, reviewed whenever."""
        if self.nothing:
            return Q(pk__in=[])
        condition = names.signed if self.signed else Q()
        for name in _NARROWING:
            if value := getattr(self, name):
                condition &= Q(**{getattr(names, name): value})
        if self.final:
            condition &= Q(**{names.final: self.final, names.excluded: False})
        return condition

    def holds(self, cells: CellsApart) -> bool:
        """Whether `condition` holds for cells that were counted apart."""
        if self.nothing or (self.signed and not cells.signed) or (self.narrows_time and cells.day is None):
            return False
        if any(getattr(self, name) not in {None, "", getattr(cells, name)} for name in _NARROWING):
            return False
        if self.final and (cells.final != self.final or cells.excluded):
            return False
        day = cells.day or dt.date.min
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)

    def whole_weeks(self, names: Names) -> Q:
        """That a sum is of a week of which every day is asked for."""
        first, end = self._whole_weeks
        condition = Q(**{f"{names.reviewed}__gte": names.moment(first)}) if first else Q()
        return condition & Q(**{f"{names.reviewed}__lt": names.moment(end)}) if end else condition

    def other_days(self, names: Names) -> Q | None:
        """That a cell was reviewed on a day asked for that is in no whole week; None where there is no such day."""
        first, end = self._whole_weeks
        if first and end and first >= end:
            return self._days(names, self.since, self.until)
        parts = []
        if self.since and first and self.since < first:
            parts.append(self._days(names, self.since, first - _DAY))
        if self.until and end and self.until >= end:
            parts.append(self._days(names, end, self.until))
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else parts[0] | parts[1]

    @property
    def _whole_weeks(self) -> tuple[dt.date | None, dt.date | None]:
        """The first Monday, and the Monday that ends the last whole week."""
        first = self.since + dt.timedelta(days=-self.since.weekday() % 7) if self.since else None
        after = self.until + _DAY if self.until else None
        return first, monday_of(after) if after else None

    @staticmethod
    def _days(names: Names, since: dt.date | None, until: dt.date | None) -> Q:
        condition = Q()
        if since:
            condition &= Q(**{f"{names.reviewed}__gte": names.moment(since)})
        if until:
            condition &= Q(**{f"{names.reviewed}__lt": names.moment(until + _DAY)})
        return condition
