"""The reviewed cells beside what the model said of them, counted by kind: out of sums where they hold, else cell by cell.

Whoever compares the model with its reviewers asks here, so that a page, an alarm and the list of cells behind a figure agree.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Sum
from django.db.models.functions import TruncDate

from cases.models import Case
from cases.states import SIGNED_STATES
from classifier.models import Prediction
from oversight.models import CaseTally, CellTally, Span, TallySum
from oversight.selectors.sources import KIND, PREDICTIONS, REVIEWED, SUMS, TALLIES, CellsApart

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from oversight.selectors.scopes import Scope
    from oversight.selectors.sources import Names, Wanted

MOST_COUNTED_APART = 1000
"""With more cases than these out of date (after an upgrade) everything is counted cell by cell: slower, and as right."""


def predictions_of_reviewed_cells(cases: QuerySet[Case]) -> QuerySet[Prediction]:
    """The predictions of cells of `cases` that a person has reviewed, to be counted."""
    return Prediction.objects.filter(REVIEWED, cell__image__case__in=cases)


def out_of_date(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Those of `cases` that are no longer, or hold other cells, than when they were counted, or never were counted."""
    return cases.filter(tally__is_current=False)


@dataclass(frozen=True)
class ReviewedCells:
    """The reviewed cells of the cases of `scope` that are `wanted`."""

    scope: Scope
    wanted: Wanted
    _apart: frozenset[UUID] | None = field(init=False)
    """The cases that are not in the sums as they are now, or that the short way of the scope does not tell: what the sums have
    of them is taken off, and their cells are counted. None where that would be too many."""
    _cells_apart: tuple[CellsApart, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Look once which cases are counted apart: between two questions one may be counted, and must not be missed."""
        apart = self._found_apart()
        object.__setattr__(self, "_apart", apart)
        object.__setattr__(self, "_cells_apart", _counted_apart(self.scope.cases.filter(pk__in=apart)) if apart else ())

    def asking(self, wanted: Wanted) -> ReviewedCells:
        """Other cells of the same cases, of which the same ones are counted apart."""
        other = copy(self)
        object.__setattr__(other, "wanted", wanted)
        return other

    def by_kind(self, *dimensions: str) -> Mapping[tuple[Any, ...], int]:
        """How many cells there are by the value of each of `dimensions` (fields of `Names`) and by kind."""
        return self._counted(Span.WEEK if self.wanted.narrows_time else Span.EVER, *dimensions, *KIND)

    def newest_by_kind(self) -> Mapping[tuple[Any, ...], dt.datetime]:
        """After which moment no prediction of a kind was made; nothing where only looking at every one would tell."""
        if self._apart is None:
            return {}
        rows = [(tuple(getattr(cells, name) for name in KIND), cells.newest) for cells in self._cells_apart]
        for found, names in self._added_up(Span.WEEK if self.wanted.narrows_time else Span.EVER):
            kinds = found.order_by().values_list(*names.of(KIND)).annotate(last=Max("newest"))
            rows += [(tuple(kind), last) for *kind, last in kinds]
        newest: dict[tuple[Any, ...], dt.datetime] = {}
        for kind, last in rows:
            newest[kind] = max(last, newest.get(kind, last))
        return newest

    def by_week(self) -> Mapping[tuple[dt.date, str, bool], int]:
        """How many cells that are in the count there are by the Monday of the week of review (UTC), the final class, and whether
        the model's best class was that one.
        """
        span = Span.WEEK if self.wanted.narrows_place else Span.EVERYWHERE
        weeks: Counter[tuple[dt.date, str, bool]] = Counter()
        for (week, final, best, excluded), number in self._counted(span, "week", "final", "best", "excluded").items():
            if week is not None and not excluded:
                weeks[week, final, best == final] += number
        return {values: number for values, number in weeks.items() if number}

    def _counted(self, span: Span, *columns: str) -> Mapping[tuple[Any, ...], int]:
        if self._apart is None:
            every = predictions_of_reviewed_cells(self.scope.cases).filter(self.wanted.condition(PREDICTIONS))
            rows = every.order_by().values_list(*PREDICTIONS.of(columns)).annotate(count=Count("pk"))
        else:
            rows = self._in_sums(span, columns, self._apart)
        counted: Counter[tuple[Any, ...]] = Counter()
        for row in rows:
            counted[row[:-1]] += row[-1]
        for cells in self._cells_apart:
            if self.wanted.holds(cells):
                counted[tuple(getattr(cells, column) for column in columns)] += cells.number
        return {values: number for values, number in counted.items() if number}

    def _in_sums(self, span: Span, columns: tuple[str, ...], apart: frozenset[UUID]) -> QuerySet[Any, tuple[Any, ...]]:
        """What the sums have, less what they have of the cases `apart`.

        One statement: what is added and what is taken off is of the same moment, whatever a worker counts meanwhile.
        """
        parts: list[QuerySet[Any, Any]] = [
            found.order_by().values_list(*names.of(columns)).annotate(count=Sum("number"))
            for found, names in self._added_up(span)
        ]
        if apart:
            taken_off = CellTally.objects.filter(
                self.scope.place(TALLIES), self.wanted.condition(TALLIES), case__in=apart
            )
            parts.append(taken_off.order_by().values_list(*TALLIES.of(columns)).annotate(count=-Sum("number")))
        return parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]

    def _added_up(self, span: Span) -> list[tuple[QuerySet[Any], Names]]:
        """The sums of what is wanted, and the tallies of the days that are in none of them; each with its names."""
        sums = TallySum.objects.filter(
            self.scope.place(SUMS), self.wanted.without_time(SUMS), self.wanted.whole_weeks(SUMS), span=span
        )
        days = self.wanted.other_days(TALLIES)
        if days is None:
            return [(sums, SUMS)]
        other = CellTally.objects.filter(self.scope.place(TALLIES), self.wanted.without_time(TALLIES), days)
        return [(sums, SUMS), (other, TALLIES)]

    def _found_apart(self) -> frozenset[UUID] | None:
        if self.scope.laboratory is None:
            return None
        were_here = CaseTally.objects.filter(is_current=False, laboratory=self.scope.laboratory)
        are_here = out_of_date(self.scope.cases.order_by())
        found = {
            *were_here.values_list("pk", flat=True)[: MOST_COUNTED_APART + 1],
            *are_here.values_list("pk", flat=True)[: MOST_COUNTED_APART + 1],
        }
        return None if len(found) > MOST_COUNTED_APART else frozenset(found) | self.scope.exceptions


def _counted_apart(cases: QuerySet[Case]) -> tuple[CellsApart, ...]:
    """The reviewed cells of `cases`, whatever is wanted: few, and a page has many questions about them."""
    names = PREDICTIONS
    rows = (
        predictions_of_reviewed_cells(cases)
        .order_by()
        .values_list(
            names.clinic,
            names.stain,
            names.camera,
            "cell__image__case__state",
            names.model,
            names.reviewer,
            *names.of(KIND),
        )
        .annotate(day=TruncDate(names.reviewed, tzinfo=dt.UTC), count=Count("pk"), newest=Max("created_at"))
    )
    return tuple(
        CellsApart(
            clinic=clinic,
            stain=stain,
            camera=camera,
            signed=state in SIGNED_STATES,
            model=model,
            reviewer=reviewer,
            day=day,
            final=final,
            best=best,
            identified=identified,
            excluded=excluded,
            number=number,
            newest=newest,
        )
        for clinic, stain, camera, state, model, reviewer, final, best, identified, excluded, day, number, newest in rows
    )
