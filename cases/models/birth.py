"""The birth date of a record: the day, and how much of it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CheckConstraint, Q

from cases.partial_date import PartialDate, Precision

if TYPE_CHECKING:
    import datetime as dt


class HasBirthDate:
    """For models with `birth_date`, the first day it can be, and `birth_date_precision`."""

    @property
    def born(self: Any) -> PartialDate:
        """The birth date as far as it is known; what is shown of it comes from here."""
        if self.birth_date is None:
            return PartialDate()
        return PartialDate(self.birth_date, self.birth_date_precision)

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
