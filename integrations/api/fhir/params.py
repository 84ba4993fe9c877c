"""Search parameters: how their values are read. What cannot be read is refused (400), never taken for anything."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from rest_framework.exceptions import ValidationError

from integrations.api.fhir.view import uuid_or_none

MOST_ALTERNATIVES = 100
"""Of a value: each may be a look-up of its own, and a long address would ask the database thousands of times."""
_DATE = re.compile(r"(eq|ge|gt|le|lt|sa|eb)?(\d{4})(?:-(\d\d)(?:-(\d\d)(T\S+)?)?)?")


@dataclass(frozen=True, slots=True)
class Param:
    """A search parameter: its FHIR type, and what it narrows rows to."""

    kind: str
    narrow: Callable[[Any, str], Any]
    documentation: str = ""


def any_of(value: str) -> list[str]:
    """Return the alternatives of a value (a,b), none of them empty, each once."""
    found = list(dict.fromkeys(part.strip() for part in value.split(",")))
    if not all(found):
        raise ValidationError("a part of the value is empty.")
    if len(found) > MOST_ALTERNATIVES:
        raise ValidationError(f"give {MOST_ALTERNATIVES} alternatives at most.")
    return found


def token(value: str) -> tuple[str | None, str]:
    """Return (system, code) of a token; the system is None where any will do."""
    system, bar, code = value.rpartition("|")
    if not code:
        raise ValidationError("give a value, not a system alone.")
    return (system if bar else None), code


def ids(value: str, kind: str = "") -> list[Any]:
    """Return the ids of a value, `kind` before them or not (Patient/…); what is no id of ours finds nothing."""
    found = [uuid_or_none(part.removeprefix(f"{kind}/")) for part in any_of(value)]
    return [one for one in found if one is not None]


def by_id(column: str = "pk", kind: str = "") -> Callable[[Any, str], Any]:
    """Return the narrowing to rows whose `column` is one of the ids."""
    return lambda rows, value: rows.filter(**{f"{column}__in": ids(value, kind)})


def by_code(column: str, codes_of: Callable[[str], list[str]]) -> Callable[[Any, str], Any]:
    """Return the narrowing to rows whose `column` is one of ours for the given codes."""
    return lambda rows, value: rows.filter(
        **{f"{column}__in": [own for one in any_of(value) for own in codes_of(token(one)[1])]}
    )


def by_moment(column: str) -> Callable[[Any, str], Any]:
    """Return the narrowing by a date or a moment with a prefix (ge2026-05, lt2026-05-04T12:00:00Z)."""
    return lambda rows, value: rows.filter(_moment(column, value))


def _moment(column: str, value: str) -> Q:
    prefix, first, after = _period(value)
    at_or_after, before = Q(**{f"{column}__gte": first}), Q(**{f"{column}__lt": after})
    return {
        "eq": at_or_after & before,
        "ge": at_or_after,
        "gt": ~before,
        "sa": ~before,
        "le": before,
        "lt": ~at_or_after,
        "eb": ~at_or_after,
    }[prefix]


def _period(value: str) -> tuple[str, dt.datetime, dt.datetime]:
    """Return (prefix, first moment, first moment after) of a value; a day is one of UTC."""
    found = _DATE.fullmatch(value)
    if found is None:
        raise ValidationError("this is no date; write ge2026-05-04 or lt2026-05-04T12:00:00Z.")
    prefix, year, month, day, time = found.groups()
    try:
        if time:
            moment = dt.datetime.fromisoformat(value.removeprefix(prefix or ""))
            if moment.tzinfo is None:
                raise ValidationError("give the time with its zone, for instance Z.")
            moment = moment.astimezone(dt.UTC)
            # A second is as fine as FHIR compares where no fraction is given.
            return prefix or "eq", moment, moment + dt.timedelta(microseconds=1 if "." in time else 1_000_000)
        first = dt.datetime(int(year), int(month or 1), int(day or 1), tzinfo=dt.UTC)
        days = (
            1
            if day
            else calendar.monthrange(first.year, first.month)[1]
            if month
            else 365 + calendar.isleap(first.year)
        )
        return prefix or "eq", first, first + dt.timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise ValidationError("there is no such date.") from error
