"""The charts of oversight: what is drawn, and what it says in words."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from cases.differential import clopper_pearson
from hematovision.charts import Chart, Mark, Tick, between, columns, line_through, times
from oversight.drift import LIMIT
from oversight.times import time_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oversight.drift import Period, Step
    from oversight.selectors.turnaround_board import Line

_ROUND_SHARES = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Where the axis of a share may end, above its widest interval."""
_ROUND_TIMES = tuple(dt.timedelta(minutes=number) for number in (1, 5, 15, 60, 240, 720, 1440, 2880, 10080, 43200))
"""What the axis of times is marked with, as far as it reaches."""


def agreement_chart(weeks: Sequence[Period], expected: float | None) -> Chart | None:
    """Agreement by week with its exact confidence intervals; `expected` (a fraction of 1) is drawn as a line. None without weeks."""
    shares = []
    for week in weeks:
        n = sum(cells for cells, _ in week.cells.values())
        right = n - sum(wrong for _, wrong in week.cells.values())
        if n:
            shares.append((_day(week.label), right, n, clopper_pearson(right, n)))
    if not shares:
        return None
    floor = min(0.9, *(interval.low for *_, interval in shares), *([expected] if expected is not None else []))
    floor = int(floor * 10) / 10

    def height_of(share: float) -> float:
        return between(share, floor, 1.0)

    xs = columns(len(shares))
    marks = tuple(
        Mark(
            x=x,
            y=height_of(right / n),
            low=height_of(interval.low),
            high=height_of(interval.high),
            words=gettext("Week of %(week)s: %(part)s of %(all)s agree, %(share)s %% (%(low)s to %(high)s %%)")
            % {
                "week": label,
                "part": right,
                "all": n,
                "share": f"{100 * right / n:.1f}",
                "low": f"{100 * interval.low:.1f}",
                "high": f"{100 * interval.high:.1f}",
            },
        )
        for x, (label, right, n, interval) in zip(xs, shares, strict=True)
    )
    steps = [floor, (floor + 1) / 2, 1.0]
    return Chart(
        marks=marks,
        line=line_through(marks),
        values=tuple(Tick(height_of(step), f"{100 * step:.0f} %") for step in steps),
        times=times([label for label, *_ in shares], xs),
        limit=None if expected is None else height_of(expected),
    )


def rejection_chart(weeks: Sequence[tuple[str, int, int]]) -> Chart | None:
    """The share of specimens that was rejected, by week (label, rejected, submitted), with exact intervals. None without weeks."""
    shares = [(label, part, n, clopper_pearson(part, n)) for label, part, n in weeks if n]
    if not shares:
        return None
    top = next(share for share in _ROUND_SHARES if share >= max(interval.high for *_, interval in shares))
    xs = columns(len(shares))
    marks = tuple(
        Mark(
            x=x,
            y=between(part / n, 0, top),
            low=between(interval.low, 0, top),
            high=between(interval.high, 0, top),
            words=gettext("Week of %(week)s: %(part)s of %(all)s rejected, %(share)s %% (%(low)s to %(high)s %%)")
            % {
                "week": label,
                "part": part,
                "all": n,
                "share": f"{100 * part / n:.1f}",
                "low": f"{100 * interval.low:.1f}",
                "high": f"{100 * interval.high:.1f}",
            },
        )
        for x, (label, part, n, interval) in zip(xs, shares, strict=True)
    )
    return Chart(
        marks=marks,
        line=line_through(marks),
        values=tuple(Tick(between(step, 0, top), f"{100 * step:.0f} %") for step in (0, top / 2, top)),
        times=times([label for label, *_ in shares], xs),
        limit=None,
    )


def turnaround_chart(weeks: Sequence[Line]) -> Chart | None:
    """Half and nine of ten of the times of each week, on a logarithmic axis: minutes and days stand on one. None without weeks."""
    if not weeks:
        return None
    shortest, longest = min(week.median for week in weeks), max(week.ninth_decile for week in weeks)
    bottom = max((time for time in _ROUND_TIMES if time <= shortest), default=_ROUND_TIMES[0])
    top = min((time for time in _ROUND_TIMES if time >= longest), default=longest)

    def height_of(time: dt.timedelta) -> float:
        low, value, high = (math.log(max(each, bottom).total_seconds()) for each in (bottom, time, top))
        return between(value, low, high)

    xs = columns(len(weeks))
    marks = tuple(
        Mark(
            x=x,
            y=height_of(week.median),
            low=height_of(week.median),
            high=height_of(week.ninth_decile),
            words=ngettext(
                "Week of %(week)s: %(number)s signed, after %(median)s; late: %(late)s",
                "Week of %(week)s: %(number)s signed, half within %(median)s, nine of ten within %(most)s; late: %(late)s",
                week.number,
            )
            % {
                "week": week.name,
                "number": week.number,
                "median": time_in_words(week.median),
                "most": time_in_words(week.ninth_decile),
                "late": week.late,
            },
        )
        for x, week in zip(xs, weeks, strict=True)
    )
    return Chart(
        marks=marks,
        line=line_through(marks),
        values=tuple(Tick(height_of(time), time_in_words(time)) for time in _ROUND_TIMES if bottom <= time <= top),
        times=times([week.name for week in weeks], xs),
        limit=None,
    )


def drift_chart(steps: Sequence[Step]) -> Chart | None:
    """The cumulative sum by week with the line it alarms at; None without weeks."""
    if not steps:
        return None
    top = max(LIMIT * 1.25, *(step.sum for step in steps))
    xs = columns(len(steps))
    marks = tuple(
        Mark(
            x=x,
            y=between(step.sum, 0, top),
            low=between(0, 0, top),
            high=between(step.sum, 0, top),
            words=gettext("Week of %(week)s: %(part)s of %(all)s wrong, sum %(sum)s")
            % {"week": _day(step.label), "part": step.wrong, "all": step.n, "sum": f"{step.sum:.1f}"},
            alarm=step.alarm,
        )
        for x, step in zip(xs, steps, strict=True)
    )
    return Chart(
        marks=marks,
        line=line_through(marks),
        values=(Tick(between(0, 0, top), "0"), Tick(between(LIMIT, 0, top), f"{LIMIT:.0f}")),
        times=times([_day(step.label) for step in steps], xs),
        limit=between(LIMIT, 0, top),
    )


def _day(label: str) -> str:
    """The first day of a week as pages write it."""
    return date_format(dt.date.fromisoformat(label), "SHORT_DATE_FORMAT")
