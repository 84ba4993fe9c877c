"""Figures of merit, against published values and values worked out by hand."""

import numpy as np
import pytest

from classifier.inference import metrics


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    # Rümke's table of differential counts.
    [(9, 100, 4.2, 16.4), (20, 200, 6.2, 15.0), (100, 200, 42.9, 57.1), (0, 100, 0, 3.6), (100, 400, 20.8, 29.5)],
)
def test_exact_confidence_intervals_are_those_of_the_table(hits, total, low, high):
    found = metrics.clopper_pearson_interval(hits, total)
    assert [round(100 * value, 1) for value in found] == [low, high]


def test_wilson_limits_are_those_of_the_paper_by_newcombe():
    # Newcombe 1998, table I: 81 of 263 and 0 of 20.
    assert [round(v, 4) for v in metrics.wilson_interval(81, 263)] == [0.2553, 0.3662]
    assert [round(v, 4) for v in metrics.wilson_interval(0, 20)] == [0.0, 0.1611]


@pytest.mark.parametrize("interval", [metrics.wilson_interval, metrics.clopper_pearson_interval])
def test_of_nothing_everything_is_possible(interval):
    assert interval(0, 0) == (0.0, 1.0)


def test_confusion_has_the_truth_in_rows():
    matrix = metrics.confusion_matrix([0, 0, 1, 2], [0, 1, 1, 1], 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [0, 1, 0]]


def test_macro_f1_is_that_of_scikit_learn():
    from sklearn.metrics import f1_score

    rng = np.random.default_rng(0)
    truth, guess = rng.integers(0, 4, 300), rng.integers(0, 5, 300)
    matrix = metrics.confusion_matrix(truth, guess, 8)
    assert metrics.macro_f1(matrix) == pytest.approx(f1_score(truth, guess, average="macro", zero_division=0))


def test_classes_that_never_occur_are_left_out_of_the_table():
    table = metrics.per_class(metrics.confusion_matrix([0, 0], [0, 1], 3), ("a", "b", "c"))
    assert set(table) == {"a", "b"}
    assert table["a"] == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "support": 2, "predicted": 1}


def test_intervals_of_a_class_count_originals_and_not_their_copies():
    groups = [*["one"] * 10, *["two"] * 10, "three", "four"]
    truth, predicted = [0] * 20 + [1, 1], [0] * 20 + [1, 0]

    found = metrics.per_class_intervals(groups, truth, predicted, ["a", "b", "never"])

    assert found.keys() == {"a", "b"}
    assert found["a"]["recall"] == list(metrics.wilson_interval(2, 2))
    assert found["a"]["precision"] == list(metrics.wilson_interval(3, 3))  # 20 of 21 images, of three originals
    assert found["b"]["recall"] == list(metrics.wilson_interval(1, 2))


def test_coverage_falls_from_the_best_score_to_all_cells():
    threshold, coverage, accuracy = metrics.coverage_curve([0.5, 0.9, 0.7], [0, 1, 1])
    assert threshold.tolist() == [0.9, 0.7, 0.5]
    assert coverage.tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    assert accuracy.tolist() == pytest.approx([1, 1, 2 / 3])


def test_a_tied_vote_goes_to_the_higher_probability():
    assert metrics.majority([0, 1], np.array([[0.6, 0.4], [0.1, 0.9]])) == 1
    assert metrics.majority([0, 0, 1], np.array([[0.5, 0.5], [0.5, 0.5], [0.0, 1.0]])) == 0


def test_the_bootstrap_draws_groups_and_not_images():
    # Two originals of a hundred copies each, one all right, one all wrong: between none and all, however many copies.
    right = np.array([1.0] * 100 + [0.0] * 100)
    low, high = metrics.bootstrap_interval(
        ["a"] * 100 + ["b"] * 100, lambda rows: float(right[rows].mean()), rounds=200
    )
    assert (low, high) == (0.0, 1.0)
    low, high = metrics.bootstrap_interval(range(200), lambda rows: float(right[rows].mean()), rounds=200)
    assert 0.4 < low < 0.5 < high < 0.6


def test_the_bootstrap_gives_the_same_interval_again():
    right = np.random.default_rng(0).random(50)
    one, other = (metrics.bootstrap_interval(range(50), lambda rows: float(right[rows].mean())) for _ in range(2))
    assert one == other


def test_groups_are_judged_by_majority():
    groups = ["a", "a", "a", "b", "b", "c"]
    truth, guess = [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0]
    probabilities = np.eye(2)[guess]
    found = metrics.by_group(groups, truth, guess, probabilities)
    assert (found["n"], found["right"]) == (3, 2)
    assert found["accuracy"] == pytest.approx(2 / 3)
    low, high = found["ci95"]
    assert low <= found["accuracy"] <= high


def test_a_summary_counts_hits_and_misses():
    found = metrics.summary([0, 1, 1, 1], [0, 1, 1, 0], ("a", "b"))
    assert (found["n"], found["accuracy"]) == (4, 0.75)
    assert found["confusion"] == {"labels": ["a", "b"], "matrix": [[1, 0], [1, 2]]}
    low, high = found["accuracy_ci95"]
    assert low < 0.75 < high
