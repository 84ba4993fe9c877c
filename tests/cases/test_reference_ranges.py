"""Reference ranges by age, sex and day; each row says where it comes from."""

from __future__ import annotations

import datetime as dt

import pytest

from cases.cell_classes import LEUKOCYTE_CODES
from cases.reference_ranges import REFERENCE_RANGES, ReferenceRange, flag_of, range_for

TODAY = dt.date(2026, 6, 1)


def born(years: float) -> dt.date:
    return TODAY - dt.timedelta(days=round(years * 365.25))


@pytest.mark.parametrize(
    ("years", "code", "text"),
    [
        (0.02, "neutrophil", "24-58"),
        (1, "lymphocyte", "20-64"),
        (5, "lymphocyte", "14-50"),
        (40, "lymphocyte", "12-44"),
        (40, "neutrophil", "40-75"),
        (40, "monocyte", "4-9"),
        (40, "eosinophil", "0-5.5"),
        (40, "basophil", "0-1"),
        (9, "immature_granulocyte", "0-0.4"),
        (10.1, "immature_granulocyte", "0-0.9"),
    ],
)
def test_check_values(years, code, text):
    found = range_for(code, birth_date=born(years), sex="female", on=TODAY)
    assert (found.text.replace("\N{EN DASH}", "-"), found.unit) == (text, "%")
    assert "Davis" in found.source


@pytest.mark.parametrize("code", LEUKOCYTE_CODES)
@pytest.mark.parametrize("sex", ["female", "male", "other", "unknown"])
def test_every_age_has_exactly_one_range(code, sex):
    for years in (0, 0.05, 0.5, 1.99, 2.01, 10.5, 11.2, 30, 120):
        assert range_for(code, birth_date=born(years), sex=sex, on=TODAY) is not None
        days = (TODAY - born(years)).days
        assert sum(row.code == code and row.from_days <= days < row.to_days for row in REFERENCE_RANGES) == 1


def test_a_birth_date_after_the_specimen_has_no_range():
    assert range_for("neutrophil", birth_date=TODAY + dt.timedelta(days=1), sex="male", on=TODAY) is None


def test_no_range_for_what_is_no_leukocyte():
    assert range_for("erythroblast", birth_date=born(40), sex="male", on=TODAY) is None


def test_a_later_row_counts_from_its_day_on_and_one_for_the_sex_goes_first():
    old = ReferenceRange("neutrophil", 40, 75, 0, 10**6, source="one")
    new = ReferenceRange("neutrophil", 41, 74, 0, 10**6, source="two", since=dt.date(2026, 1, 1))
    women = ReferenceRange("neutrophil", 42, 73, 0, 10**6, source="three", sex="female")
    table = (new, old, women)

    def low(sex, on):
        return range_for("neutrophil", birth_date=born(40), sex=sex, on=on, table=table).low

    assert (low("male", dt.date(2025, 12, 31)), low("male", dt.date(2026, 1, 1)), low("female", TODAY)) == (40, 41, 42)


def test_the_limits_belong_to_the_range():
    reference = ReferenceRange("neutrophil", 40, 75, 0, 10**6)
    assert [flag_of(percent, reference, counted=100) for percent in (39.99, 40, 75, 75.01)] == ["low", "", "", "high"]


def test_a_limited_count_has_no_flags():
    reference = range_for("eosinophil", birth_date=dt.date(1980, 1, 1), sex="female", on=dt.date(2026, 1, 1))
    assert [flag_of(14.3, reference, counted=n) for n in (7, 99, 100)] == ["", "", "high"]
