"""The learning curve: what is drawn, and what it says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext

from hematovision.charts import Chart, Mark, Tick, between, columns, line_through, times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from education.competence import Week


def learning_chart(weeks: Sequence[Week]) -> Chart | None:
    """The share of right answers by week with its exact confidence intervals. None without weeks."""
    if not weeks:
        return None
    xs = columns(len(weeks))
    marks = tuple(_mark(week, x) for week, x in zip(weeks, xs, strict=True))
    return Chart(
        marks=marks,
        line=line_through(marks),
        values=tuple(Tick(between(step, 0, 1), f"{100 * step:.0f} %") for step in (0, 0.5, 1)),
        times=times([_day(week) for week in weeks], xs),
        limit=None,
    )


def _mark(week: Week, x: float) -> Mark:
    share, interval = week.right.value, week.right.interval
    if share is None or interval is None:
        message = "A week without answers has no mark."  # not translated
        raise ValueError(message)
    words = gettext("Week of %(week)s: %(part)s of %(all)s right, %(share)s %% (%(low)s to %(high)s %%)") % {
        "week": _day(week),
        "part": week.right.part,
        "all": week.right.n,
        "share": f"{100 * share:.1f}",
        "low": f"{100 * interval.low:.1f}",
        "high": f"{100 * interval.high:.1f}",
    }
    return Mark(x, between(share, 0, 1), between(interval.low, 0, 1), between(interval.high, 0, 1), words)


def _day(week: Week) -> str:
    return date_format(week.begins, "SHORT_DATE_FORMAT")
