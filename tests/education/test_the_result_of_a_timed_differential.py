"""A hundred cells beside the truth, with the exact confidence interval of a hundred cells, and the pace."""

from __future__ import annotations

import pytest

from education.competence import Share
from education.timed import Call, timed_result


def calls(*groups, ms=1000):
    """(true, called, how often) as calls, in order."""
    return [Call(true, called, ms) for true, called, times in groups for _ in range(times)]


USUAL = (("neutrophil", "neutrophil", 60), ("lymphocyte", "lymphocyte", 30), ("monocyte", "monocyte", 10))


def test_who_calls_everything_right_passes():
    result = timed_result(calls(*USUAL), seconds=200)
    assert result.is_passed
    assert [(row.code, row.true, row.called) for row in result.rows] == [
        ("neutrophil", 60, 60), ("lymphocyte", 30, 30), ("monocyte", 10, 10),
    ]  # fmt: skip


def test_the_intervals_are_those_of_rumke_1960():
    """10 % of 100 cells: 4.9 to 17.6 %; 60 %: 49.7 to 69.7 %."""
    rows = {row.code: row for row in timed_result(calls(*USUAL), seconds=200).rows}
    assert (rows["monocyte"].low, rows["monocyte"].high) == pytest.approx((0.0490, 0.1762), abs=5e-5)
    assert (rows["neutrophil"].low, rows["neutrophil"].high) == pytest.approx((0.4972, 0.6967), abs=5e-5)


@pytest.mark.parametrize(("mistaken", "outside"), [(5, ()), (6, ("monocyte",))])
def test_a_class_outside_its_interval_is_marked(mistaken, outside):
    result = timed_result(
        calls(*USUAL[:2], ("monocyte", "monocyte", 10 - mistaken), ("monocyte", "lymphocyte", mistaken)), seconds=200
    )
    assert result.outside == outside
    assert result.is_passed == (outside == ())


def test_erythroblasts_stand_apart_from_the_hundred():
    result = timed_result(calls(*USUAL, ("erythroblast", "erythroblast", 4), ("platelet", "platelet", 2)), seconds=200)
    assert result.true_n == 100
    assert [(each.code, each.true_per_100, each.called_per_100) for each in result.apart] == [
        ("erythroblast", 4.0, 4.0), ("platelet", 2.0, 2.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "called", "there", "missed"),
    [
        ("erythroblast", "lymphocyte", 2, ("erythroblast",)),
        ("erythroblast", "lymphocyte", 1, ()),
        ("blast", "monocyte", 3, ("blast",)),
        ("myelocyte", "neutrophil", 3, ("immature_granulocyte",)),
    ],
)
def test_some_classes_must_not_be_missed(code, called, there, missed):
    result = timed_result(calls(*USUAL, (code, called, there)), seconds=200)
    assert result.missed == missed


def test_one_found_is_not_missed():
    result = timed_result(
        calls(*USUAL, ("erythroblast", "lymphocyte", 2), ("erythroblast", "erythroblast", 1)), seconds=1
    )
    assert result.missed == ()


def test_blasts_are_white_cells():
    assert timed_result(calls(*USUAL, ("blast", "blast", 3)), seconds=200).true_n == 103


def test_who_leaves_cells_out_does_not_pass():
    result = timed_result(calls(*USUAL, ("monocyte", "", 1)), seconds=200)
    assert (result.unanswered, result.is_passed) == (1, False)


def test_the_pace():
    theirs = calls(("neutrophil", "neutrophil", 4), ms=900) + calls(("monocyte", "lymphocyte", 1), ms=2701)
    pace = timed_result([*theirs, Call("monocyte", "monocyte", 2700)], seconds=12).pace
    assert (pace.cells_per_minute, pace.median_ms, pace.hesitations) == (30, 900, (4,))
    assert (pace.first_half, pace.second_half) == (Share(3, 3), Share(2, 3))


def test_nothing_called_is_no_result():
    result = timed_result([], seconds=0)
    assert (result.rows, result.is_passed, result.pace.cells_per_minute) == ((), False, None)
