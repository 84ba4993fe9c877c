"""Keeping how long each signed case took, and where: once a case, not each time somebody asks."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef

from cases.models import Case, CaseTransition, FieldReturn
from consult.models import SecondOpinion
from oversight.models import CaseTurnaround
from oversight.stops import time_at_stops
from reports.models import Report

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from uuid import UUID

    from oversight.stops import Span

_AT_ONCE = 500


def time_signed_cases(*, most: int | None = None) -> int:
    """Keep the time of signed cases that have none yet, of `most` of them at most; returns of how many."""
    there = CaseTurnaround.objects.filter(case=OuterRef("case"))
    signed = Report.objects.filter(~Exists(there), version=1).order_by("created_at")
    ends = dict(signed.values_list("case", "created_at")[:most])
    waiting = list(ends)
    for start in range(0, len(waiting), _AT_ONCE):
        part = {case: ends[case] for case in waiting[start : start + _AT_ONCE]}
        # Two workers may find the same cases: both say the same of them.
        CaseTurnaround.objects.bulk_create(_timed(part), ignore_conflicts=True)
    return len(waiting)


def _timed(ends: dict[UUID, dt.datetime]) -> Iterable[CaseTurnaround]:
    steps: dict[UUID, list[tuple[dt.datetime, str]]] = defaultdict(list)
    for case, at, state in CaseTransition.objects.filter(case__in=ends).values_list("case", "at", "to_state"):
        steps[case].append((at, state))
    sent_back: dict[UUID, list[Span]] = defaultdict(list)
    returns = FieldReturn.objects.filter(image__case__in=ends).order_by()
    for case, began, ended in returns.values_list("image__case", "at", "ended_at"):
        sent_back[case].append((began, ended or ends[case]))
    opinions: dict[UUID, list[Span]] = defaultdict(list)
    asked = SecondOpinion.objects.filter(case__in=ends).order_by()
    for case, began, answered, closed in asked.values_list("case", "asked_at", "answered_at", "settled_at"):
        opinions[case].append((began, answered or closed or ends[case]))
    cases = Case.objects.filter(pk__in=list(ends)).annotate(began=F("submitted_at"), due=F("due_at")).order_by()
    for case, laboratory, clinic, priority, began, due in cases.values_list(
        "pk", "laboratory", "clinic", "priority", "began", "due"
    ):
        ended = ends[case]
        times = time_at_stops((began, ended), steps=steps[case], sent_back=sent_back[case], opinions=opinions[case])
        yield CaseTurnaround(
            case_id=case,
            laboratory_id=laboratory,
            clinic_id=clinic,
            priority=priority,
            signed_at=ended,
            is_late=ended > due,
            took=ended - began,
            **{stop.value: time for stop, time in times.items()},
        )
