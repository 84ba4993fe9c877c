"""Cohen's kappa has the values of the literature."""

from __future__ import annotations

import pytest
from sklearn.metrics import cohen_kappa_score

from consult.kappa import cohens_kappa, kappa_of_counts, kappa_of_table


def test_the_example_of_cohen_1960():
    """Two clinical psychologists, 200 patients, three diagnoses: kappa 0.492."""
    found = kappa_of_table([[88, 10, 2], [14, 40, 6], [18, 10, 12]])
    assert (found.n, found.agreed) == (200, 140)
    assert found.observed == pytest.approx(0.70)
    assert found.expected == pytest.approx(0.41)
    assert found.kappa == pytest.approx(0.4915, abs=5e-5)


def test_the_example_of_fleiss():
    """Two raters, 100 subjects (Fleiss, Levin and Paik, table 18.1): kappa 0.68, standard error 0.087 to 0.088."""
    found = kappa_of_table([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    assert found.observed == pytest.approx(0.89)
    assert found.expected == pytest.approx(0.66)
    assert found.kappa == pytest.approx(0.6765, abs=5e-5)
    assert found.standard_error == pytest.approx(0.0877, abs=5e-5)
    assert (found.low, found.high) == (pytest.approx(0.5046, abs=5e-4), pytest.approx(0.8484, abs=5e-4))


def test_two_classes():
    found = kappa_of_table([[20, 5], [10, 15]])
    assert found.kappa == pytest.approx(0.4)
    assert found.has_limits


def test_it_is_what_scikit_learn_computes():
    first = ["neutrophil", "neutrophil", "lymphocyte", "monocyte", "excluded", "monocyte", "neutrophil"]
    second = ["neutrophil", "monocyte", "lymphocyte", "monocyte", "neutrophil", "lymphocyte", "neutrophil"]
    found = cohens_kappa(zip(first, second, strict=True))
    assert found.kappa == pytest.approx(cohen_kappa_score(first, second))


def test_it_does_not_matter_who_is_called_first():
    pairs = [("a", "b"), ("a", "a"), ("b", "b"), ("c", "b"), ("c", "c")]
    turned = [(second, first) for first, second in pairs]
    there, back = cohens_kappa(pairs), cohens_kappa(turned)
    assert there.kappa == pytest.approx(back.kappa)
    assert there.standard_error == pytest.approx(back.standard_error)


@pytest.mark.parametrize("times", [1, 7, 333])
def test_perfect_agreement_is_one_and_pretends_no_limits(times):
    found = cohens_kappa([("neutrophil", "neutrophil"), ("monocyte", "monocyte"), ("platelet", "platelet")] * times)
    assert found.kappa == pytest.approx(1.0)
    assert found.standard_error == 0.0
    assert not found.has_limits


def test_agreement_worse_than_chance_is_below_zero():
    found = kappa_of_table([[0, 10], [10, 0]])
    assert found.kappa == pytest.approx(-1.0)
    assert not found.has_limits
    assert kappa_of_table([[1, 9], [10, 0]]).low == -1.0


def test_one_class_only_has_no_kappa_but_is_agreement():
    found = cohens_kappa([("neutrophil", "neutrophil")] * 3)
    assert found.observed == 1.0
    assert found.kappa is None


def test_nothing_read_says_nothing():
    found = cohens_kappa([])
    assert (found.n, found.observed, found.kappa) == (0, None, None)


@pytest.mark.parametrize("broken", [lambda: kappa_of_table([[1, 2]]), lambda: kappa_of_counts({("a", "a"): -1})])
def test_what_is_no_table_is_refused(broken):
    with pytest.raises(ValueError):
        broken()
