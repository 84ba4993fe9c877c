"""A date that is known to the day, to the month, to the year, or not at all: nobody could say when the person was born.

Pure: no database. Written and read as FHIR does it: `1961-03-05`, `1961-03`, `1961`, and nothing.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

UNKNOWN_IN_WORDS = "Birth date unknown"  # not translated here: cases.words
NO_SUCH_DATE = (
    "Write the date as 1961-03-05, or 1961-03 or 1961 where no more is known."  # not translated here: cases.words
)
_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}|[12]\d{3}(?:-\d{2})?", re.ASCII)


class Precision(StrEnum):
    """How much of a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


PRECISIONS = (
    (Precision.DAY.value, "To the day"),  # not translated
    (Precision.MONTH.value, "To the month"),  # not translated
    (Precision.YEAR.value, "To the year"),  # not translated
    (Precision.UNKNOWN.value, "Unknown"),
)
"""What they are called."""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date with what is known of it. `first` is the first day it can be, None where nothing is known."""

    first: dt.date | None = None
    precision: str = Precision.UNKNOWN

    def __str__(self) -> str:
        """In words for people: 5 Mar 1961, 03/1961, 1961, Birth date unknown."""
        if self.first is None:
            return UNKNOWN_IN_WORDS
        if self.precision == Precision.YEAR:
            return f"{self.first.year:04}"
        if self.precision == Precision.MONTH:
            return f"{self.first.month:02}/{self.first.year:04}"
        return f"{self.first.day} {self.first:%b %Y}"

    @classmethod
    def of(cls, value: dt.date | PartialDate | None) -> PartialDate:
        """Return `value` as a partial date: a day is known to the day, None is unknown."""
        if isinstance(value, PartialDate):
            return value
        return cls() if value is None else cls(value, Precision.DAY)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Return what `isoformat` wrote; raises `ValueError` with a sentence for anything else."""
        if not text:
            return cls()
        if _WRITTEN.fullmatch(text) is None:
            raise ValueError(NO_SUCH_DATE)
        year, month, day = [*text.split("-"), "", ""][:3]
        precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
        try:
            return cls(dt.date(int(year), int(month or 1), int(day or 1)), precision)
        except ValueError as error:
            raise ValueError("There is no such date.") from error

    @property
    def phrase(self) -> str:
        """The words of a sentence: born 5 Mar 1961, born 1961, birth date unknown."""
        return "birth date unknown" if self.first is None else f"born {self}"

    @property
    def is_known_to_the_day(self) -> bool:
        """Whether it tells people apart: only then it counts as an identifier."""
        return self.precision == Precision.DAY

    @property
    def last(self) -> dt.date | None:
        """The last day it can be, None where nothing is known."""
        if self.first is None or self.precision == Precision.DAY:
            return self.first
        month = 12 if self.precision == Precision.YEAR else self.first.month
        return dt.date(self.first.year, month, calendar.monthrange(self.first.year, month)[1])

    def isoformat(self) -> str:
        """As far as it is known: 1961-03-05, 1961-03, 1961 or nothing."""
        if self.first is None:
            return ""
        text = self.first.isoformat()
        return {Precision.YEAR: text[:4], Precision.MONTH: text[:7]}.get(Precision(self.precision), text)

    def may_be(self) -> list[PartialDate] | None:
        """Return every date that can be the same one, this one included; None for any date at all."""
        if self.first is None or self.last is None:
            return None
        days = [self.first + dt.timedelta(days=number) for number in range((self.last - self.first).days + 1)]
        months = dict.fromkeys(day.replace(day=1) for day in days)
        return [
            PartialDate(),
            PartialDate(self.first.replace(month=1, day=1), Precision.YEAR),
            *(PartialDate(month, Precision.MONTH) for month in months),
            *(PartialDate(day, Precision.DAY) for day in days),
        ]
