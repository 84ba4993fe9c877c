"""When a result is usually there, and what is before a case in its laboratory's queue."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.models import Case, Priority
from cases.states import CaseState
from oversight.models import UsualTurnaround

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

QUEUED_STATES = frozenset({CaseState.SUBMITTED, CaseState.ANALYSING, CaseState.READY})
"""The laboratory has the case and nobody there reviews it yet."""
MOST_QUEUED = 1000


@dataclass(frozen=True)
class Usual:
    """When the result of a case is usually there: half of the time by `median_at`, nine times of ten by `ninth_decile_at`."""

    median_at: dt.datetime
    ninth_decile_at: dt.datetime


@dataclass(frozen=True)
class Ahead:
    """How many cases the laboratory reviews before this one, and how many of them are urgent or stat."""

    number: int
    pressing: int


def usual_of(cases: Iterable[Case]) -> dict[UUID, Usual]:
    """Return for each of the submitted `cases` when its result is usually there; nothing where the record is too short.

    What was submitted at the same hour of the week tells more than all hours together, where there is enough of it.
    """
    listed = [case for case in cases if case.submitted_at is not None]
    of_kind: dict[tuple[UUID, str, int | None, int | None], UsualTurnaround] = {
        (row.laboratory_id, row.priority, row.weekday, row.hour): row
        for row in UsualTurnaround.objects.filter(laboratory__in={case.laboratory_id for case in listed})
    }
    found = {}
    for case in listed:
        at: dt.datetime = case.submitted_at  # type: ignore[assignment]
        kind = (case.laboratory_id, case.priority)
        row = of_kind.get((*kind, at.weekday(), at.hour)) or of_kind.get((*kind, None, None))
        if row:
            found[case.pk] = Usual(median_at=at + row.median, ninth_decile_at=at + row.ninth_decile)
    return found


def ahead_of(cases: Iterable[Case]) -> dict[UUID, Ahead]:
    """Return what is before each of the `cases` that wait in a queue of at most `MOST_QUEUED`."""
    wanted: Mapping[UUID, set[UUID]] = defaultdict(set)
    for case in cases:
        if case.state in QUEUED_STATES:
            wanted[case.laboratory_id].add(case.pk)
    found = {}
    for laboratory, ids in wanted.items():
        queue = Case.objects.filter(laboratory=laboratory, state__in=QUEUED_STATES).most_pressing_first()
        pressing = 0
        for place, (pk, priority) in enumerate(queue.values_list("pk", "priority")[:MOST_QUEUED]):
            if pk in ids:
                found[pk] = Ahead(number=place, pressing=pressing)
            pressing += priority != Priority.ROUTINE
    return found
