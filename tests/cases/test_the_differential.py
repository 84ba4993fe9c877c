"""Percentages that add to 100, exact confidence intervals, and what is not in the hundred per cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from cases.cell_classes import BY_CODE, LEUKOCYTE_CODES
from cases.differential import clopper_pearson, differential, whole_percentages

COUNTS = st.dictionaries(st.sampled_from(sorted(BY_CODE)), st.integers(0, 400))


@pytest.mark.parametrize(
    ("count", "n", "printed"),
    [
        (9, 100, "4.2-16.4"),
        (20, 200, "6.2-15.0"),
        (100, 200, "42.9-57.1"),
        (0, 100, "0.0-3.6"),
        (100, 400, "20.8-29.5"),
        (100, 100, "96.4-100.0"),
        (0, 1, "0.0-97.5"),
    ],
)
def test_limits_are_those_of_the_published_table(count, n, printed):
    low, high = clopper_pearson(count, n)
    assert f"{100 * low:.1f}-{100 * high:.1f}" == printed


@pytest.mark.parametrize(("count", "n"), [(-1, 10), (11, 10), (0, 0)])
def test_what_is_no_proportion_is_refused(count, n):
    with pytest.raises(ValueError, match="no proportion"):
        clopper_pearson(count, n)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_limits_leave_half_the_error_on_each_side(proportion):
    count, n = proportion
    limits = clopper_pearson(count, n)
    assert limits.low <= count / n <= limits.high
    if count:
        assert binom.sf(count - 1, n, limits.low) == pytest.approx(0.025, abs=1e-6)
    if count < n:
        assert binom.cdf(count, n, limits.high) == pytest.approx(0.025, abs=1e-6)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any))
def test_whole_percentages_add_to_100_and_stay_within_one_of_the_share(counts):
    whole = whole_percentages(counts)
    assert sum(whole) == 100
    for count, percent in zip(counts, whole, strict=True):
        assert abs(percent - 100 * count / sum(counts)) < 1


def test_no_cell_gives_no_percentage():
    assert list(whole_percentages([0, 0, 0])) == [0, 0, 0]


def test_thirds_add_to_100():
    assert whole_percentages([1, 1, 1]) == [34, 33, 33]


def test_of_equal_remainders_the_larger_count_gains_the_point():
    assert whole_percentages([1, 7, 0]) == [12, 88, 0]


@given(COUNTS)
def test_only_leukocytes_are_in_the_hundred_per_cent(counts):
    result = differential(counts)
    assert result.n == sum(counts.get(code, 0) for code in LEUKOCYTE_CODES)
    assert sum(row.count for row in result.rows) == result.n
    if result.n:
        assert sum(row.whole_percent for row in result.rows) == 100


def test_erythroblasts_are_given_as_nrbc_per_100_wbc():
    result = differential({"neutrophil": 60, "lymphocyte": 40, "erythroblast": 7, "platelet": 30})
    assert result.n == 100
    assert (result.erythroblasts, result.nrbc_per_100_wbc) == (7, Decimal("7.0"))
    assert result.platelets == 30


def test_unidentified_and_excluded_cells_stand_apart():
    result = differential({"neutrophil": 100, "unidentified": 5}, excluded=3)
    assert (result.n, result.unidentified, result.excluded) == (100, 5, 3)


def test_a_rare_class_is_listed_only_when_counted():
    assert "immature_granulocyte" not in [row.code for row in differential({"neutrophil": 100}).rows]
    assert "immature_granulocyte" in [row.code for row in differential({"immature_granulocyte": 1}).rows]
    assert [row.code for row in differential({}).rows] == [
        "neutrophil", "eosinophil", "basophil", "lymphocyte", "monocyte",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("n", "remark", "target"),
    [
        (0, "No white cells counted.", 100),
        (1, "One cell: a cell result, not a differential.", 100),
        (99, "Limited count: 99 leukocytes.", 100),
        (100, "", 200),
        (400, "", None),
    ],
)
def test_a_small_count_says_so(n, remark, target):
    result = differential({"neutrophil": n})
    assert (result.remark, result.next_target) == (remark, target)
    assert result.is_limited == (n < 100)
    assert result.is_differential == (n > 1)


def test_with_nothing_counted_nothing_is_known():
    (row, *_) = differential({"platelet": 4}, wbc=Decimal(5)).rows
    assert (row.whole_percent, row.share, row.low, row.high, row.absolute) == (0, 0.0, 0.0, 1.0, None)
    assert differential({"erythroblast": 4}).nrbc_per_100_wbc is None


def test_absolute_values_come_with_a_wbc_only():
    counts = {"neutrophil": 2, "lymphocyte": 1}
    assert {row.absolute for row in differential(counts).rows} == {None}
    result = differential(counts, wbc=Decimal("7.5"))
    assert [(row.code, row.absolute) for row in result.rows if row.count] == [
        ("neutrophil", Decimal("5.00")),
        ("lymphocyte", Decimal("2.50")),
    ]


@pytest.mark.parametrize("counts", [{"blast": 1}, {"neutrophil": -1}])
def test_an_unknown_class_or_a_negative_count_is_a_defect(counts):
    with pytest.raises(ValueError, match=r"No such cell class|cannot be negative"):
        differential(counts)
