"""The birth date of a record: the day, and how much of it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CheckConstraint, Q
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from cases.partial_date import PartialDate, Precision

if TYPE_CHECKING:
    import datetime as dt


class BirthDate(PartialDate):
    """A partial date that is told in the language of whoever reads it."""

    __slots__ = ()
    __hash__ = PartialDate.__hash__

    def __str__(self) -> str:
        """In words for people: 5 Mar 1961, 03/1961, 1961, Birth date unknown."""
        if self.first is None:
            return gettext("Birth date unknown")
        if self.precision == Precision.DAY and get_language() not in {None, "en"}:
            return date_format(self.first, "SHORT_DATE_FORMAT")
        return super().__str__()

    def __eq__(self, other: object) -> bool:
        """It is the same date as one that knows no languages."""
        if not isinstance(other, PartialDate):
            return NotImplemented
        return (self.first, self.precision) == (other.first, other.precision)

    @property
    def phrase(self) -> str:
        """The words of a sentence: born 5 Mar 1961, born 1961, birth date unknown."""
        if self.first is None:
            return gettext("birth date unknown")
        return gettext("born %(date)s") % {"date": self}


class HasBirthDate:
    """For models with `birth_date`, the first day it can be, and `birth_date_precision`."""

    @property
    def born(self: Any) -> PartialDate:
        """The birth date as far as it is known; what is shown of it comes from here."""
        if self.birth_date is None:
            return BirthDate()
        return BirthDate(self.birth_date, self.birth_date_precision)

    @born.setter
    def born(self: Any, value: dt.date | PartialDate | None) -> None:
        date = PartialDate.of(value)
        self.birth_date, self.birth_date_precision = date.first, date.precision


def birth_date_and_precision_agree(record: str) -> CheckConstraint:
    """Return the constraint that there is a date where something of it is known, and else none."""
    unknown = Q(birth_date_precision=Precision.UNKNOWN.value, birth_date__isnull=True)
    known = Q(
        birth_date_precision__in=[Precision.DAY.value, Precision.MONTH.value, Precision.YEAR.value],
        birth_date__isnull=False,
    )
    return CheckConstraint(condition=unknown | known, name=f"{record}_birth_date_is_as_precise_as_said")
