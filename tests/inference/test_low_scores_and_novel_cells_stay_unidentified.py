"""A label stands when its score reaches the threshold of its class and the cell is not too novel."""

import numpy as np
import pytest

from classifier.inference.calibrate import choose_thresholds, decide

LABELS = ("neutrophil", "lymphocyte")


def _table(*first):
    column = np.array(first, np.float32)
    return np.stack([column, 1 - column], axis=1)


def test_each_class_has_a_threshold_of_its_own():
    decisions = decide(_table(0.8, 0.2), LABELS, {"neutrophil": 0.9, "lymphocyte": 0.7})
    assert [(LABELS[d.best], d.identified) for d in decisions] == [("neutrophil", False), ("lymphocyte", True)]


def test_a_score_on_the_threshold_stands():
    (decision,) = decide(_table(0.75), LABELS, {"neutrophil": 0.75})
    assert decision.identified


def test_a_class_without_threshold_always_stands():
    assert all(d.identified for d in decide(_table(0.51, 0.49), LABELS, {}))


def test_a_novel_cell_is_held_back_whatever_its_score():
    decisions = decide(_table(0.99, 0.99), LABELS, {}, novelty=np.array([1.0, 3.1], np.float32), novelty_threshold=3.0)
    assert [d.identified for d in decisions] == [True, False]


def test_without_a_novelty_threshold_only_the_score_counts():
    (decision,) = decide(_table(0.99), LABELS, {}, novelty=np.array([99.0], np.float32), novelty_threshold=None)
    assert decision.identified


def test_thresholds_keep_the_accuracy_asked_for():
    rng = np.random.default_rng(0)
    scores = rng.uniform(0.5, 1, 4000)
    truth = np.where(rng.random(4000) < scores, 0, 1)  # right as often as the score says
    table = _table(*scores)
    thresholds = choose_thresholds(table, truth, LABELS, goal=0.95)
    kept = scores >= thresholds["neutrophil"]
    assert (truth[kept] == 0).mean() >= 0.95
    assert kept.mean() > 0.1


def test_a_class_that_is_always_right_keeps_every_cell():
    thresholds = choose_thresholds(_table(*np.linspace(0.51, 0.99, 50)), np.zeros(50, int), LABELS)
    assert thresholds["neutrophil"] == 0.0


def test_a_class_that_is_never_right_keeps_none():
    scores = np.linspace(0.51, 0.99, 50)
    thresholds = choose_thresholds(_table(*scores), np.ones(50, int), LABELS)
    assert thresholds["neutrophil"] > scores.max() - 1e-6


def test_a_class_with_few_cells_takes_the_threshold_of_all():
    common = np.concatenate([np.full(95, 0.95), np.full(5, 0.6)])
    truth = np.concatenate([np.zeros(95, int), np.ones(5, int), np.ones(3, int)])
    thresholds = choose_thresholds(_table(*common, 0.1, 0.1, 0.1), truth, LABELS, goal=0.99)
    assert thresholds["lymphocyte"] == pytest.approx((0.6 + 0.9) / 2)  # between the last cell kept and the first not


def test_nothing_goes_under_the_least_score():
    thresholds = choose_thresholds(_table(*np.linspace(0.51, 0.99, 50)), np.zeros(50, int), LABELS, least=0.6)
    assert set(thresholds.values()) == {0.6}


def test_copies_of_one_cell_count_as_one_cell():
    scores = np.concatenate([np.linspace(0.8, 0.99, 200), np.full(100, 0.7)])
    truth = np.concatenate([np.zeros(200, int), np.ones(100, int)])
    alone = [*range(200), *range(200, 300)]
    copies = [*range(200), *[200] * 100]
    by_cell, by_copy = (
        choose_thresholds(_table(*scores), truth, LABELS, goal=0.99, groups=groups)["neutrophil"]
        for groups in (copies, alone)
    )
    assert by_cell == 0.0  # 200 of 201 are right
    assert by_copy > 0.7
