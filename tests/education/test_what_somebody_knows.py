"""Sensitivity, kappa, confusions, weeks and the group, against numbers worked out by hand and by scikit-learn."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from cases.cell_classes import CLASS_CODES
from cases.differential import clopper_pearson
from consult.kappa import kappa_of_table
from education.competence import Reading, Share, by_class, confusions, learning_curve, overall, spread

A_MONDAY = date(2026, 11, 23)


def readings(*pairs, day=A_MONDAY):
    """(reference, answer, how often) as readings of one day."""
    return [Reading(true, answered, day) for true, answered, times in pairs for _ in range(times)]


MONOCYTES = readings(
    ("monocyte", "monocyte", 6), ("monocyte", "lymphocyte", 3), ("monocyte", "", 1), ("lymphocyte", "lymphocyte", 10)
)


def test_kappa_is_scikit_learns_on_a_thousand_random_tables():
    random = np.random.default_rng(7)
    for _ in range(1000):
        size = int(random.integers(2, 9))
        table = random.integers(0, 12, (size, size))
        first, second = np.indices(table.shape).reshape(2, -1)
        expected = cohen_kappa_score(first, second, sample_weight=table.ravel())
        assert kappa_of_table(table.tolist()).kappa == pytest.approx(expected)


def test_the_kappa_of_a_class_is_scikit_learns():
    random = np.random.default_rng(8)
    theirs = [
        Reading(str(true), str(answered), A_MONDAY)
        for true, answered in zip(random.choice(CLASS_CODES, 120), random.choice(CLASS_CODES, 120), strict=True)
    ]
    found = {each.code: each.kappa.kappa for each in by_class(theirs)}
    expected = {
        code: pytest.approx(
            cohen_kappa_score([each.reference == code for each in theirs], [each.answered == code for each in theirs])
        )
        for code in CLASS_CODES
    }
    assert found == expected
    assert overall(theirs).kappa == pytest.approx(
        cohen_kappa_score([each.reference for each in theirs], [each.answered for each in theirs])
    )


def test_no_answer_is_a_miss_and_no_false_alarm():
    found = {each.code: each for each in by_class(MONOCYTES)}
    assert found["monocyte"].sensitivity == Share(6, 10)
    assert found["monocyte"].specificity == Share(10, 10)
    assert found["lymphocyte"].specificity == Share(7, 10)
    assert found["monocyte"].sensitivity.interval == clopper_pearson(6, 10)


def test_a_pair_is_mixed_up_in_one_direction():
    pairs = [(each.true, each.taken_for, each.times, each.of) for each in confusions(MONOCYTES)]
    assert pairs == [("monocyte", "lymphocyte", 3, 10)]


def test_a_week_goes_over_the_turn_of_the_year():
    weeks = learning_curve(
        readings(("monocyte", "monocyte", 2), day=date(2026, 12, 31))
        + readings(("monocyte", "basophil", 1), day=date(2027, 1, 3))
        + readings(("monocyte", "monocyte", 1))
    )
    assert [(week.begins, week.right) for week in weeks] == [
        (date(2026, 11, 23), Share(1, 1)),
        (date(2026, 12, 28), Share(2, 3)),
    ]


def test_a_group_has_quartiles():
    found = spread([0.5, 0.9, 0.7, 0.8, 0.6])
    assert (found.people, found.lower, found.median, found.upper) == pytest.approx((5, 0.6, 0.7, 0.8))


def test_a_group_of_four_is_hidden():
    assert spread([0.5, 0.6, 0.7, 0.8]) is None


def test_nobody_asked_nothing_known():
    assert (by_class([]), confusions([]), learning_curve([]), overall([]).kappa) == ([], [], [], None)
