"""Reference ranges of the differential by age and sex, each with where it comes from and since when it is used.

Pure: no database. A range that changes gets a new row with a later `since`; the old row stays, because reports were
signed against it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from cases.differential import LIMITED_BELOW
from cases.partial_date import PartialDate

Flag = Literal["", "low", "high"]

DAVIS = (
    "Van Leeuwen and Bladh, Davis's Comprehensive Manual of Laboratory and Diagnostic Tests: "
    "complete blood count, WBC count and differential"
)
_ALWAYS = dt.date.min
_MONTH = 30.4375
_YEAR = 365.25
_NO_END = 10**6


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """The range of one class, percent of leukocytes, for ages from `from_days` up to but without `to_days`.

    `sex` is empty where both sexes share it. `since` is the first day the row is in use.
    """

    code: str
    low: float
    high: float
    from_days: float
    to_days: float
    source: str = DAVIS
    sex: str = ""
    since: dt.date = _ALWAYS
    unit: str = "%"

    @property
    def text(self) -> str:
        """The range as it is printed: "40-75"."""
        return f"{self.low:g}\N{EN DASH}{self.high:g}"

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {"low": self.low, "high": self.high, "unit": self.unit, "text": self.text, "source": self.source}


def _rows() -> list[ReferenceRange]:
    newborn, infant, child, grown = (0.0, _MONTH), (_MONTH, 2 * _YEAR), (2 * _YEAR, 11 * _YEAR), (11 * _YEAR, _NO_END)
    by_age: dict[tuple[float, float], dict[str, tuple[float, float]]] = {
        newborn: {
            "neutrophil": (24, 58),
            "lymphocyte": (26, 56),
            "monocyte": (7, 13),
            "eosinophil": (0, 8),
            "basophil": (0, 2.5),
        },
        infant: {
            "neutrophil": (21, 67),
            "lymphocyte": (20, 64),
            "monocyte": (4, 11),
            "eosinophil": (0, 3.3),
            "basophil": (0, 1),
        },
        child: {
            "neutrophil": (30, 77),
            "lymphocyte": (14, 50),
            "monocyte": (4, 9),
            "eosinophil": (0, 5.8),
            "basophil": (0, 1),
        },
        grown: {
            "neutrophil": (40, 75),
            "lymphocyte": (12, 44),
            "monocyte": (4, 9),
            "eosinophil": (0, 5.5),
            "basophil": (0, 1),
        },
        (0.0, 10 * _YEAR): {"immature_granulocyte": (0, 0.4)},
        (10 * _YEAR, _NO_END): {"immature_granulocyte": (0, 0.9)},
    }
    return [
        ReferenceRange(code, low, high, start, end)
        for (start, end), ranges in by_age.items()
        for code, (low, high) in ranges.items()
    ]


REFERENCE_RANGES: tuple[ReferenceRange, ...] = tuple(_rows())


def range_for(
    code: str,
    *,
    birth_date: dt.date | PartialDate | None,
    sex: str,
    on: dt.date,
    table: tuple[ReferenceRange, ...] = REFERENCE_RANGES,
) -> ReferenceRange | None:
    """Return the range of a class for somebody born on `birth_date`, on the day `on`, or None where there is none.

    Of rows that fit, one for the sex goes before one for both, and the one in use the shortest before the older.
    Somebody whose birth date lies after `on` (a clerical error) has no range, and somebody whose birth date is not
    known well enough has none either: every age they may have has to fall into the same rows.
    """
    born = PartialDate.of(birth_date)
    if born.first is None or born.last is None or born.first > on:
        return None
    oldest = (on - born.first).days
    # Nobody is born after the specimen was taken.
    youngest = max((on - born.last).days, 0)
    touching = [
        row
        for row in table
        if row.code == code
        and row.from_days <= oldest
        and youngest < row.to_days
        and row.sex in {"", sex}
        and row.since <= on
    ]
    if any(youngest < row.from_days or oldest >= row.to_days for row in touching):
        return None
    return max(touching, key=lambda row: (bool(row.sex), row.since), default=None)


def flag_of(percent: float, reference: ReferenceRange, *, counted: int) -> Flag:
    """Return whether an exact percentage of `counted` leukocytes lies below or above the range; its limits belong to it.

    A limited count has no flags: one eosinophil among seven cells is no eosinophilia.
    """
    if counted < LIMITED_BELOW:
        return ""
    if percent < reference.low:
        return "low"
    return "high" if percent > reference.high else ""
