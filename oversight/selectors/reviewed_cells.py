"""The reviewed cells beside what the model said of them, counted by kind: out of tallies where they hold, else cell by cell.

Whoever compares the model with its reviewers asks here, so that a page, an alarm and the list of cells behind a figure agree.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, Sum

from cases.models import Case, LabelSource
from classifier.models import Prediction
from oversight.models import CaseTally, CellTally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from django.db.models import QuerySet

MOST_COUNTED_APART = 1000
"""With more cases than these out of date (after an upgrade) everything is counted cell by cell: slower, and as right."""


@dataclass(frozen=True, slots=True)
class Names:
    """Where predictions and tallies keep the same thing. `moment` turns the start of a UTC day into what `reviewed` holds."""

    case: str
    model: str
    reviewer: str
    reviewed: str
    final: str
    best: str
    identified: str
    excluded: str
    moment: Callable[[dt.date], Any]

    @property
    def kind(self) -> tuple[str, str, str, str]:
        """The fields of `oversight.agreement.ReviewedCells`, but for the number."""
        return self.final, self.best, self.identified, self.excluded


def _start_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=dt.UTC)


PREDICTIONS = Names(
    case="cell__image__case",
    model="model_version",
    reviewer="cell__decided_by",
    reviewed="cell__decided_at",
    final="cell__label",
    best="label",
    identified="identified",
    excluded="cell__excluded",
    moment=_start_of,
)
TALLIES = Names(
    case="case",
    model="model_version",
    reviewer="decided_by",
    reviewed="decided_on",
    final="final",
    best="best",
    identified="identified",
    excluded="excluded",
    moment=lambda day: day,
)


REVIEWED = Q(cell__superseded=False) & (Q(cell__label_source=LabelSource.HUMAN) | Q(cell__excluded=True))
"""That a person gave the label of the cell of a prediction, or took it out of the count. Cells of an analysis that was replaced by a
later one are left out, so that a cell counts once."""


def predictions_of_reviewed_cells(cases: QuerySet[Case]) -> QuerySet[Prediction]:
    """The predictions of cells of `cases` that a person has reviewed, to be counted."""
    return Prediction.objects.filter(REVIEWED, cell__image__case__in=cases)


def out_of_date(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Those of `cases` whose cells changed since they were counted, or were never counted."""
    return cases.filter(~Exists(CaseTally.objects.filter(case=OuterRef("pk"), is_current=True)))


@dataclass(frozen=True)
class ReviewedCells:
    """The reviewed cells of `cases` for which `asked` holds, a condition given for the names of a source."""

    cases: QuerySet[Case]
    asked: Callable[[Names], Q]
    _apart: list[UUID] = field(init=False)

    def __post_init__(self) -> None:
        """Look once which cases are counted apart: between two questions one may be counted, and must not be missed."""
        found = out_of_date(self.cases.order_by()).values_list("pk", flat=True)[: MOST_COUNTED_APART + 1]
        object.__setattr__(self, "_apart", list(found))

    def counted(self, group: Callable[[Names], tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """Yield a row with its number for each value of `group`, fields or expressions of a source; values may come twice."""
        every_case = len(self._apart) > MOST_COUNTED_APART
        if not every_case:
            tallies = CellTally.objects.filter(self.asked(TALLIES), case__in=self.cases).exclude(case__in=self._apart)
            yield from tallies.order_by().values_list(*group(TALLIES)).annotate(count=Sum("number")).iterator()
        cases = self.cases if every_case else Case.objects.filter(pk__in=self._apart)
        apart = predictions_of_reviewed_cells(cases).filter(self.asked(PREDICTIONS))
        yield from apart.order_by().values_list(*group(PREDICTIONS)).annotate(count=Count("pk")).iterator()
