"""Where the time of a case went between submission and signature. Asks no database."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.states import CaseState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Span = tuple[dt.datetime, dt.datetime]


class Stop(models.TextChoices):
    """What a case waited for. Every moment is at one stop: of those that overlap, the first named here."""

    RETAKE = "retake", _("Waiting for the clinic to take a field again")
    OPINION = "opinion", _("Waiting for a second opinion")
    ANALYSIS = "analysis", _("Waiting for the analysis")
    QUEUE = "queue", _("Waiting for a reviewer")
    REVIEW = "review", _("In review")


_STOP_OF_STATE = {CaseState.SUBMITTED: Stop.ANALYSIS, CaseState.ANALYSING: Stop.ANALYSIS, CaseState.READY: Stop.QUEUE}


def time_at_stops(
    whole: Span,
    *,
    steps: Sequence[tuple[dt.datetime, str]],
    sent_back: Sequence[Span] = (),
    opinions: Sequence[Span] = (),
) -> Mapping[Stop, dt.timedelta]:
    """Divide the time from submission to signature among the stops.

    `steps` are the states the case came to, in order of time; `sent_back` from when to when the clinic owed a field, `opinions`
    from when to when a colleague owed an answer. Steps and spans may reach beyond the `whole`.
    """
    began, ended = whole
    times = [at for at, _state in steps]
    edges = {began, ended, *times}.union(*sent_back, *opinions)
    inside = sorted(edge for edge in edges if began <= edge <= ended)
    found = dict.fromkeys(Stop, dt.timedelta())
    for start, end in pairwise(inside):
        if _holds(sent_back, start):
            stop = Stop.RETAKE
        elif _holds(opinions, start):
            stop = Stop.OPINION
        else:
            step = bisect_right(times, start)
            state = steps[step - 1][1] if step else CaseState.SUBMITTED
            # The step to signed is written a moment before or after its report.
            stop = _STOP_OF_STATE.get(CaseState(state), Stop.REVIEW)
        found[stop] += end - start
    return found


def _holds(spans: Sequence[Span], at: dt.datetime) -> bool:
    return any(start <= at < end for start, end in spans)


def quantile(times: Sequence[dt.timedelta], share: float) -> dt.timedelta:
    """Return the shortest of `times` that at least `share` of them do not exceed: a time that was kept, never one in between."""
    ordered = sorted(times)
    at_least = -(-share * len(ordered) // 1)
    return ordered[max(0, int(at_least) - 1)]
