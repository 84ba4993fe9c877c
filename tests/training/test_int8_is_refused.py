import numpy as np
import pytest

from training.errors import NotFit
from training.export.int8 import agreement


def logits(labels, classes=3):
    table = np.zeros((len(labels), classes), np.float32)
    table[np.arange(len(labels)), labels] = 4.0
    return table


TRUTH = np.arange(1000) % 3


def changed(count, *, to_wrong):
    """Logits that differ from the truth's on the first `count` cells."""
    labels = TRUTH.copy()
    labels[:count] = (labels[:count] + 1) % 3
    return (logits(TRUTH), logits(labels)) if to_wrong else (logits(labels), logits(TRUTH))


def test_an_int8_file_with_the_same_answers_is_fit():
    agreement(logits(TRUTH), logits(TRUTH), TRUTH).require_fit()


def test_half_a_percent_of_changed_labels_is_the_most():
    agreement(*changed(5, to_wrong=False), TRUTH).require_fit()
    with pytest.raises(NotFit, match=r"another label on 0\.60%"):
        agreement(*changed(6, to_wrong=False), TRUTH).require_fit()


def test_three_tenths_of_a_point_of_accuracy_is_the_most():
    agreement(*changed(3, to_wrong=True), TRUTH).require_fit()
    with pytest.raises(NotFit, match=r"loses 0\.40 points"):
        agreement(*changed(4, to_wrong=True), TRUTH).require_fit()


def test_without_validation_cells_nothing_is_published():
    with pytest.raises(NotFit, match="validation cells"):
        agreement(np.empty((0, 3), np.float32), np.empty((0, 3), np.float32), np.empty(0, np.int64))


def test_an_int8_file_that_strays_in_other_stains_is_refused_too():
    def judged(wrong):
        return agreement(logits(TRUTH), logits(TRUTH), TRUTH, abroad=agreement(*changed(wrong, to_wrong=True), TRUTH))

    judged(10).require_fit()
    with pytest.raises(NotFit, match=r"other stains it loses 1\.10 points"):
        judged(11).require_fit()


def test_one_cell_of_a_small_set_in_other_stains_refuses_nothing():
    few = TRUTH[:20]
    one = few.copy()
    one[0] = (one[0] + 1) % 3
    agreement(logits(TRUTH), logits(TRUTH), TRUTH, abroad=agreement(logits(few), logits(one), few)).require_fit()


def test_of_two_fit_files_the_one_that_strays_less_abroad_is_taken():
    def straying(home, abroad):
        return agreement(
            *changed(home, to_wrong=False), TRUTH, abroad=agreement(*changed(abroad, to_wrong=False), TRUTH)
        ).strays

    assert straying(2, 30) > straying(4, 5)
