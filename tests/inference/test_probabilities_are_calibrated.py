"""Temperature and calibration error, against values that can be worked out by hand."""

import numpy as np
import pytest

from classifier.inference.calibrate import ece, fit_temperature, negative_log_likelihood, reliability, softmax


def test_softmax_adds_to_one_and_survives_large_logits():
    probabilities = softmax(np.array([[1e4, 0.0], [0.0, 0.0], [-1e4, -1e4]]))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_allclose(probabilities[:2], [[1, 0], [0.5, 0.5]])


def test_softmax_of_nothing_is_nothing():
    assert softmax(np.empty((0, 8))).shape == (0, 8)


@pytest.mark.parametrize("true_temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_made_the_logits_is_found_again(true_temperature):
    rng = np.random.default_rng(0)
    honest = rng.normal(0, 2, (20000, 4))
    labels = (rng.random((20000, 1)) > np.cumsum(softmax(honest), axis=1)).sum(axis=1).clip(0, 3)
    assert fit_temperature(honest * true_temperature, labels) == pytest.approx(true_temperature, rel=0.05)


def test_the_temperature_never_makes_the_likelihood_worse():
    rng = np.random.default_rng(1)
    logits, labels = rng.normal(0, 8, (500, 8)), rng.integers(0, 8, 500)
    fitted = fit_temperature(logits, labels)
    assert negative_log_likelihood(logits, labels, fitted) <= negative_log_likelihood(logits, labels, 1.0)


def test_a_temperature_of_no_cells_is_refused():
    with pytest.raises(ValueError, match="no cells"):
        fit_temperature(np.empty((0, 8)), np.empty(0, int))


def test_the_calibration_error_of_one_bin_is_its_gap():
    # Ten cells at 0.9, seven of them right.
    assert ece(np.full(10, 0.9), [1] * 7 + [0] * 3) == pytest.approx(0.2)


def test_bins_are_weighted_by_their_cells():
    # 0.9 with accuracy 1 (gap 0.1, 30 cells) and 0.5 with accuracy 0 (gap 0.5, 10 cells).
    scores, right = [0.9] * 30 + [0.5] * 10, [1] * 30 + [0] * 10
    assert ece(scores, right) == pytest.approx((30 * 0.1 + 10 * 0.5) / 40)


def test_a_score_of_one_lies_in_the_last_bin_and_edges_in_the_lower_one():
    (top,) = reliability([1.0], [True])
    assert (top.low, top.high) == (pytest.approx(14 / 15), 1.0)
    (low,) = reliability([1 / 15], [True])
    assert low.low == 0.0


def test_no_cells_have_no_calibration_error():
    assert ece([], []) == 0.0
