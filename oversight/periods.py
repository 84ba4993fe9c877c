"""Periods that an installation sets as `name=days,name=days`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from hematovision.errors import Unprocessable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

_MOST_DAYS = 36_500


def days_given(variable: str, entries: Iterable[str], *, known: AbstractSet[str], fewest: int = 1) -> dict[str, int]:
    """The days of each name that `entries` set; raises `Unprocessable` where they name something else than `known`."""
    given = {name.strip(): days.strip() for name, _sign, days in (entry.partition("=") for entry in entries)}
    if unknown := sorted(given.keys() - known):
        raise Unprocessable(
            _("%(variable)s names %(unknown)s: it can name %(known)s.")
            % {"variable": variable, "unknown": ", ".join(unknown), "known": ", ".join(sorted(known))},
            code="unknown_kind",
        )
    return {name: _days(variable, name, days, fewest) for name, days in given.items()}


def _days(variable: str, name: str, given: str, fewest: int) -> int:
    if not given.isascii() or not given.isdigit() or not fewest <= int(given) <= _MOST_DAYS:
        raise Unprocessable(
            _("%(variable)s gives %(name)s %(given)r: a whole number of days from %(fewest)s to %(most)s is needed.")
            % {"variable": variable, "name": name, "given": given, "fewest": fewest, "most": _MOST_DAYS},
            code="bad_period",
        )
    return int(given)
