"""Where the marks of a camera's figures go: numbers for SVG that the server draws. Arithmetic, and the words beside it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH, HEIGHT = 640, 180
LEFT, RIGHT, TOP, BOTTOM = 36, 12, 22, 28
_BIN, _BINS = 0.2, 16
_STRIP_WIDTH, _STRIP_HEIGHT, _STRIP_MARGIN = 320, 34, 8


@dataclass(frozen=True, slots=True)
class Bar:
    """The cells of one step of novelty: where the bar lies, and its number in words."""

    x: float
    y: float
    width: float
    height: float
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """Cells by novelty; `limit` and `median` are where their lines lie, `middle` is the median itself."""

    bars: tuple[Bar, ...]
    steps: tuple[Tick, ...]
    counts: tuple[Tick, ...]
    limit: float
    median: float
    middle: float
    cells: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Strip:
    """One measurement of many fields, a dot each: `middle` is their median, `low` to `high` the middle half of them."""

    dots: tuple[float, ...]
    at: float
    middle: float
    low: float
    high: float
    fields: int
    ends: tuple[str, str]
    width: int = _STRIP_WIDTH
    height: int = _STRIP_HEIGHT


def novelty_histogram(novelties: Sequence[float], limit: float) -> Histogram | None:
    """Cells by novelty in steps of 0.2, the last one open; `limit` is the card's for the median. None without cells."""
    if not novelties:
        return None
    counts = [0] * _BINS
    for value in novelties:
        counts[min(int(max(value, 0.0) / _BIN), _BINS - 1)] += 1
    most = max(counts)
    room = WIDTH - LEFT - RIGHT
    step = room / _BINS
    bars = tuple(
        Bar(
            x=round(LEFT + index * step + 1, 1),
            y=_height_of(count, most),
            width=round(step - 2, 1),
            height=round(HEIGHT - BOTTOM - _height_of(count, most), 1),
            words=_step_words(index),
            count=count,
        )
        for index, count in enumerate(counts)
    )

    def across(value: float) -> float:
        return round(LEFT + room * min(value, _BIN * _BINS) / (_BIN * _BINS), 1)

    middle = median(novelties)
    return Histogram(
        bars=bars,
        steps=tuple(Tick(across(value), f"{value:.1f}") for value in (0, 0.8, 1.6, 2.4, 3.2)),
        counts=tuple(Tick(_height_of(count, most), str(count)) for count in sorted({0, most})),
        limit=across(limit),
        median=across(middle),
        middle=middle,
        cells=len(novelties),
    )


def strip(values: Sequence[float], low: float, high: float, *, decimals: int) -> Strip | None:
    """One measurement of many fields between `low` and `high`, or as far as the values reach. None without values."""
    if not values:
        return None
    left, right = min(low, *values), max(high, *values)
    room = _STRIP_WIDTH - 2 * _STRIP_MARGIN

    def across(value: float) -> float:
        return round(_STRIP_MARGIN + room * (value - left) / (right - left), 1)

    quarter, middle, three = quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
    return Strip(
        dots=tuple(across(value) for value in values),
        at=across(middle),
        middle=middle,
        low=quarter,
        high=three,
        fields=len(values),
        ends=(f"{left:.{decimals}f}", f"{right:.{decimals}f}"),
    )


def shares(counts: Mapping[str, int]) -> dict[str, float]:
    """Return the share of each key, 0 to 1; nothing for no counts."""
    total = sum(counts.values())
    return {key: count / total for key, count in counts.items()} if total else {}


def _height_of(count: int, most: int) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * count / most, 1)


def _step_words(index: int) -> str:
    start = index * _BIN
    if index == _BINS - 1:
        return _("%(start)s or more") % {"start": f"{start:.1f}"}
    return _("%(start)s to %(end)s") % {"start": f"{start:.1f}", "end": f"{start + _BIN:.1f}"}
