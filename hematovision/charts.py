"""Where the marks of a chart go: numbers for SVG that the server draws. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def between(value: float, low: float, high: float) -> float:
    """How far from the top a value lies on an axis from `low` to `high`."""
    inside = (value - low) / (high - low) if high > low else 1.0
    return round(HEIGHT - BOTTOM - inside * (HEIGHT - BOTTOM - TOP), 1)


def columns(count: int) -> list[float]:
    """How far from the left each of `count` marks lies."""
    room = WIDTH - LEFT - RIGHT
    return [round(LEFT + room * (index + 0.5) / count, 1) for index in range(count)]


def line_through(marks: Sequence[Mark]) -> str:
    """The points of a line through `marks`, as SVG writes them."""
    return " ".join(f"{mark.x},{mark.y}" for mark in marks)


def times(labels: Sequence[str], xs: Sequence[float]) -> tuple[Tick, ...]:
    """The labels of the axis of time, a few of many."""
    every = max(1, -(-len(labels) // _LABELS))
    return tuple(Tick(xs[index], labels[index]) for index in range(0, len(labels), every))
