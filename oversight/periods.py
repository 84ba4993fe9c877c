"""Periods that an installation sets as `name=days,name=days`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hematovision.errors import Unprocessable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

_MOST_DAYS = 36_500


def days_given(variable: str, entries: Iterable[str], *, known: AbstractSet[str], fewest: int = 1) -> dict[str, int]:
    """The days of each name that `entries` set; raises `Unprocessable` where they name something else than `known`."""
    given = {name.strip(): days.strip() for name, _, days in (entry.partition("=") for entry in entries)}
    if unknown := sorted(given.keys() - known):
        raise Unprocessable(
            f"{variable} names {', '.join(unknown)}: it can name {', '.join(sorted(known))}.", code="unknown_kind"
        )
    return {name: _days(variable, name, days, fewest) for name, days in given.items()}


def _days(variable: str, name: str, given: str, fewest: int) -> int:
    if not given.isascii() or not given.isdigit() or not fewest <= int(given) <= _MOST_DAYS:
        raise Unprocessable(
            f"{variable} gives {name} {given!r}: a whole number of days from {fewest} to {_MOST_DAYS} is needed.",
            code="bad_period",
        )
    return int(given)
