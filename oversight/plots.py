"""Where the marks of a chart go: numbers for SVG that the server draws. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from cases.differential import clopper_pearson
from oversight.drift import LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oversight.drift import Period, Step

WIDTH, HEIGHT = 640, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 10, 26
_LABELS = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """One week: where its point lies, its whisker, and what it says in words."""

    x: float
    y: float
    low: float
    high: float
    words: str
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """A label at one edge of the chart."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A line through `marks` between an axis of values and one of time; `limit` is where a second line lies."""

    marks: tuple[Mark, ...]
    line: str
    values: tuple[Tick, ...]
    times: tuple[Tick, ...]
    limit: float | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def agreement_chart(weeks: Sequence[Period], expected: float | None) -> Chart | None:
    """Agreement by week with its exact confidence intervals; `expected` (a fraction of 1) is drawn as a line. None without weeks."""
    shares = []
    for week in weeks:
        n = sum(cells for cells, _ in week.cells.values())
        right = n - sum(wrong for _, wrong in week.cells.values())
        if n:
            shares.append((week.label, right, n, clopper_pearson(right, n)))
    if not shares:
        return None
    floor = min(0.9, *(interval.low for *_, interval in shares), *([expected] if expected is not None else []))
    floor = int(floor * 10) / 10

    def height_of(share: float) -> float:
        return _between(share, floor, 1.0)

    xs = _columns(len(shares))
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
        line=_line(marks),
        values=tuple(Tick(height_of(step), f"{100 * step:.0f} %") for step in steps),
        times=_times([label for label, *_ in shares], xs),
        limit=None if expected is None else height_of(expected),
    )


def rejection_chart(weeks: Sequence[tuple[str, int, int]]) -> Chart | None:
    """The share of specimens that was rejected, by week (label, rejected, submitted), with exact intervals. None without weeks."""
    shares = [(label, part, n, clopper_pearson(part, n)) for label, part, n in weeks if n]
    if not shares:
        return None
    # One rejected specimen of two has an interval up to nearly all: the axis follows what was counted.
    top = max(0.05, *(min(1.0, 2 * part / n) for _, part, n, _ in shares))
    xs = _columns(len(shares))
    marks = tuple(
        Mark(
            x=x,
            y=_between(part / n, 0, top),
            low=_between(interval.low, 0, top),
            high=_between(min(interval.high, top), 0, top),
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
        line=_line(marks),
        values=tuple(Tick(_between(step, 0, top), f"{100 * step:.0f} %") for step in (0, top / 2, top)),
        times=_times([label for label, *_ in shares], xs),
        limit=None,
    )


def drift_chart(steps: Sequence[Step]) -> Chart | None:
    """The cumulative sum by week with the line it alarms at; None without weeks."""
    if not steps:
        return None
    top = max(LIMIT * 1.25, *(step.sum for step in steps))
    xs = _columns(len(steps))
    marks = tuple(
        Mark(
            x=x,
            y=_between(step.sum, 0, top),
            low=_between(0, 0, top),
            high=_between(step.sum, 0, top),
            words=gettext("Week of %(week)s: %(part)s of %(all)s wrong, sum %(sum)s")
            % {"week": step.label, "part": step.wrong, "all": step.n, "sum": f"{step.sum:.1f}"},
            alarm=step.alarm,
        )
        for x, step in zip(xs, steps, strict=True)
    )
    return Chart(
        marks=marks,
        line=_line(marks),
        values=(Tick(_between(0, 0, top), "0"), Tick(_between(LIMIT, 0, top), f"{LIMIT:.0f}")),
        times=_times([step.label for step in steps], xs),
        limit=_between(LIMIT, 0, top),
    )


def _between(value: float, low: float, high: float) -> float:
    inside = (value - low) / (high - low) if high > low else 1.0
    return round(HEIGHT - BOTTOM - inside * (HEIGHT - BOTTOM - TOP), 1)


def _columns(count: int) -> list[float]:
    room = WIDTH - LEFT - RIGHT
    return [round(LEFT + room * (index + 0.5) / count, 1) for index in range(count)]


def _line(marks: Sequence[Mark]) -> str:
    return " ".join(f"{mark.x},{mark.y}" for mark in marks)


def _times(labels: Sequence[str], xs: Sequence[float]) -> tuple[Tick, ...]:
    every = max(1, -(-len(labels) // _LABELS))
    return tuple(Tick(xs[index], labels[index]) for index in range(0, len(labels), every))
