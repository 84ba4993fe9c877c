"""Calibration on features with a known answer: what it mends, what it leaves alone, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from classifier.inference import novelty
from classifier.inference.head import Head
from training.adaptation.calibration import calibrate
from training.adaptation.cells import LabelledCells, folds_by_group
from training.adaptation.decisions import Decisions
from training.adaptation.fit import fit_decisions
from training.adaptation.heads import Span, fit_step
from training.adaptation.replay import draw_replay
from training.errors import NotFit

LABELS = ("neutrophil", "eosinophil", "lymphocyte", "monocyte")
WIDTH = 24
CENTRES = 4 * np.eye(4, WIDTH) + 3
#: On the other microscope eosinophils lie where neutrophils lie at home, and are told apart by another feature.
ABROAD = CENTRES.copy()
ABROAD[1] = CENTRES[0]
ABROAD[1, 10] += 4


def cells(per_class, *, centres=ABROAD, patients=8, seed=0, views=2, noise=0.5):
    """Labelled cells around class centres, spread over patients."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(per_class)), per_class)
    features = centres[truth][:, None] + rng.normal(0, noise, (len(truth), views, WIDTH))
    groups = tuple(f"patient-{row % patients}" for row in range(len(truth)))
    return LabelledCells(features.astype(np.float32), truth.astype(np.int64), groups)


@pytest.fixture(scope="module")
def parent():
    at_home = cells([100] * 4, centres=CENTRES, seed=99)
    kernel = (CENTRES - CENTRES.mean(axis=0)).T
    bias = -(CENTRES**2).sum(axis=1) / 2 + CENTRES.mean(axis=0) @ CENTRES.T
    return Decisions(
        labels=LABELS,
        head=Head(kernel.astype(np.float32), bias.astype(np.float32)),
        temperature=2.0,
        thresholds=dict.fromkeys(LABELS, 0.9),
        novelty=novelty.fit(at_home.upright, at_home.truth, components=8),
        novelty_threshold=2.0,
    )


def test_what_the_other_microscope_confuses_is_told_apart_after(parent):
    found = calibrate(cells([15] * 4), parent)
    fresh = cells([200] * 4, seed=7)
    right = found.fitted.decisions.probabilities(fresh.upright).argmax(axis=1) == fresh.truth
    assert (parent.probabilities(fresh.upright).argmax(axis=1) == fresh.truth).mean() == pytest.approx(0.75, abs=0.02)
    assert right.mean() > 0.98
    compared = found.comparison.as_dict()
    assert compared["before"]["accuracy"] < 0.8
    assert compared["after"]["accuracy"] > 0.95
    assert 0 < compared["gain_at_least"] <= compared["gain"]
    assert compared["n"] == 60
    assert found.held_out == "each cell once, in 5 folds by patient"
    assert found.counts == dict.fromkeys(LABELS, 15)


def test_cells_of_the_microscope_are_no_longer_novel(parent):
    """Another stain moves every class alike; what is novel then is the microscope, not the cell."""
    stained = CENTRES.copy()
    stained[:, 12:18] += 3
    fresh = cells([100] * 4, centres=stained, seed=8)
    found = fit_decisions(cells([15] * 4, centres=stained), parent).decisions
    before, after = (scorer.novelty.score(fresh.upright).mean() for scorer in (parent, found))
    assert after < 0.7 * before
    assert found.novelty_threshold >= parent.novelty_threshold
    assert found.identified(fresh.upright).mean() > 0.9


def test_the_centre_of_novelty_stays_where_moving_it_would_not_help(parent):
    found = fit_decisions(cells([15] * 4), parent).decisions
    np.testing.assert_array_equal(found.novelty.mean, parent.novelty.mean)


def test_the_same_cells_give_the_same_head(parent):
    one, other = (fit_decisions(cells([15] * 4), parent) for _ in range(2))
    assert one.decisions.head.kernel.tobytes() == other.decisions.head.kernel.tobytes()
    assert one.decisions.thresholds == other.decisions.thresholds


def test_two_fifths_of_many_patients_are_held_out(parent):
    given = cells([60] * 4, patients=20)
    found = calibrate(given, parent)
    held = set(found.comparison.groups)
    assert len(held) == pytest.approx(8, abs=1)
    assert len(found.comparison.truth) == sum(group in held for group in given.groups)
    assert "patients, two fifths" in found.held_out


def test_few_cells_change_biases_only(parent):
    found = fit_decisions(cells([5, 5, 5, 5]), parent)
    assert found.fit == "biases"
    np.testing.assert_array_equal(found.decisions.head.kernel, parent.head.kernel / parent.temperature)
    assert not np.allclose(found.decisions.head.bias, parent.head.bias / parent.temperature)


def test_the_comparison_is_of_the_kind_of_fit_that_is_delivered(parent):
    """28 cells are enough for a head, though no fold has 25 left: biases alone could not tell these classes apart."""
    found = calibrate(cells([7] * 4, noise=0.3), parent)
    assert found.fitted.fit == "head"
    assert found.comparison.accuracy(found.comparison.after) > 0.95


def test_a_class_of_too_few_cells_keeps_its_weights(parent):
    found = fit_decisions(cells([14, 14, 14, 2]), parent)
    assert found.fitted_classes == LABELS[:3]
    moved = found.decisions.head.kernel - parent.head.kernel / parent.temperature
    assert not moved[:, 3].any()
    assert all(moved[:, label].any() for label in range(3))


@pytest.fixture
def neighbours():
    """A microscope on which eosinophils lie half way to where monocytes lie at home, and no monocyte was labelled."""
    centres = CENTRES.copy()
    centres[1, 3] += 3
    centres[1, 1] -= 1
    return centres


@pytest.mark.parametrize("each", [5, 20])
def test_a_class_without_labels_loses_nothing_at_home(parent, neighbours, each):
    home, fresh = cells([0, 0, 0, 500], centres=CENTRES, seed=5), cells([200, 200, 200, 0], centres=neighbours, seed=6)
    found = fit_decisions(cells([each, each, each, 0], centres=neighbours), parent).decisions
    right = [(each.probabilities(home.upright).argmax(axis=1) == home.truth).mean() for each in (parent, found)]
    assert right[1] > right[0] - 0.01
    before, after = (
        (each.probabilities(fresh.upright).argmax(axis=1) == fresh.truth).mean() for each in (parent, found)
    )
    assert after > before + 0.1


def test_a_class_without_labels_is_forgotten_where_nothing_is_known_of_its_place(parent, neighbours):
    """What replaying is for: the same fit without the parent's class means."""
    home = cells([0, 0, 0, 500], centres=CENTRES, seed=5)
    found = fit_decisions(cells([20, 20, 20, 0], centres=neighbours), replace(parent, novelty=None)).decisions
    assert (found.probabilities(home.upright).argmax(axis=1) == home.truth).mean() < 0.8


def test_cells_that_are_replayed_lie_where_the_class_lies_at_home(parent):
    lengths = np.linalg.norm(cells([50] * 4, centres=CENTRES).upright, axis=1)
    drawn = draw_replay(parent.novelty, np.array([0, 0, 1, 1], bool), lengths=lengths, cells=30, labelled=2)
    said = parent.probabilities(drawn.features).argmax(axis=1)
    assert (said == np.repeat([2, 3], len(said) // 2)).all()
    assert drawn.weight * len(said) / 2 == pytest.approx(15)


def test_nothing_is_replayed_where_every_class_was_labelled(parent):
    assert draw_replay(parent.novelty, np.zeros(4, bool), lengths=np.ones(1), cells=40, labelled=4) is None


def test_classes_without_own_weights_share_one_change_of_bias():
    rng = np.random.default_rng(0)
    start, truth = rng.normal(0, 1, (30, 4)), rng.integers(0, 2, 30)
    step = fit_step(start, np.empty((30, 0)), truth, strength=1e-3, columns=np.array([True, True, False, False]))
    assert step.bias[2] == pytest.approx(step.bias[3])
    assert step.bias[2] < min(step.bias[:2])


def test_biases_held_back_by_nothing_give_the_classes_their_shares():
    """At the optimum of maximum likelihood the mean probability of a class is its share of the cells."""
    rng = np.random.default_rng(1)
    start, truth = rng.normal(0, 1, (200, 3)), rng.choice(3, 200, p=[0.6, 0.3, 0.1])
    nothing = np.empty((200, 0))
    step = fit_step(start, nothing, truth, strength=0.0, columns=np.ones(3, bool))
    odds = np.exp(step.logits(start, nothing))
    shares = (odds / odds.sum(axis=1, keepdims=True)).mean(axis=0)
    np.testing.assert_allclose(shares, np.bincount(truth) / 200, atol=2e-3)


def test_a_strong_hand_leaves_the_head_where_it_was():
    some = cells([10] * 4)
    span = Span.of(some.upright)
    step = fit_step(
        np.zeros((40, 4)), span.coordinates(some.upright), some.truth, strength=1e6, columns=np.ones(4, bool)
    )
    assert np.abs(step.kernel).max() < 1e-5


@pytest.mark.parametrize("width", [10, 1000])
def test_a_step_in_the_span_is_the_same_step_among_all_features(width):
    rng = np.random.default_rng(2)
    features = rng.normal(0, 1, (20, width)).astype(np.float32)
    span = Span.of(features, directions=50)
    head = Head(np.zeros((width, 3), np.float32), np.zeros(3, np.float32))
    step = fit_step(
        np.zeros((20, 3)), span.coordinates(features), np.arange(20) % 3, strength=1e-2, columns=np.ones(3, bool)
    )
    np.testing.assert_allclose(
        step.taken(head, span).logits(features), step.logits(np.zeros((20, 3)), span.coordinates(features)), atol=1e-4
    )


@pytest.mark.parametrize("scale", [0.01, 100.0])
def test_the_scale_of_a_networks_features_changes_nothing(parent, scale):
    given = cells([15] * 4)
    larger = replace(given, features=given.features * np.float32(scale))
    head = replace(parent.head, kernel=parent.head.kernel / np.float32(scale))
    one = fit_decisions(given, replace(parent, novelty=None)).decisions
    other = fit_decisions(larger, replace(parent, head=head, novelty=None)).decisions
    np.testing.assert_allclose(other.probabilities(larger.upright), one.probabilities(given.upright), atol=0.02)


def test_folds_hold_every_cell_once_and_split_no_patient():
    some = cells([20] * 4, patients=13)
    folds = folds_by_group(some, 5)
    assert sorted(np.concatenate(folds).tolist()) == list(range(80))
    owners = [{some.groups[row] for row in fold} for fold in folds]
    assert sum(map(len, owners)) == len(set.union(*owners)) == 13


# ---- refusals


def test_nine_cells_are_refused(parent):
    with pytest.raises(NotFit, match=r"Too few labelled cells to calibrate: 9, where 10"):
        calibrate(cells([3, 3, 3]), parent)


@pytest.mark.parametrize(("patients", "words"), [(1, "one patient"), (2, "two patients")])
def test_one_or_two_patients_are_refused(parent, patients, words):
    with pytest.raises(NotFit, match=f"All labelled cells are of {words}"):
        calibrate(cells([10] * 4, patients=patients), parent)


def test_one_class_is_refused(parent):
    with pytest.raises(NotFit, match="one class"):
        calibrate(cells([0, 30]), parent)


def test_labels_that_all_agree_with_the_model_are_refused(parent):
    with pytest.raises(NotFit, match="All 40 labels agree"):
        calibrate(cells([10] * 4, centres=CENTRES, noise=0.1), parent)


def test_a_gain_within_chance_is_refused_with_its_figures(parent):
    given = cells([15] * 4, centres=CENTRES)
    truth = given.truth.copy()
    truth[:4] = 3
    with pytest.raises(NotFit, match=r"not help beyond chance: accuracy on 60 held-out cells 0\.9"):
        calibrate(replace(given, truth=truth), parent)


def test_a_class_that_loses_is_refused_by_name(parent):
    """What lies at the place of neutrophils is called eosinophil here, but for a few real ones among them."""
    given = cells([6, 40, 20, 20], centres=np.stack([CENTRES[0], CENTRES[0], *CENTRES[2:]]), patients=20)
    with pytest.raises(NotFit, match="makes neutrophil worse: 6 of 6"):
        calibrate(given, parent)


def test_a_loss_on_the_home_camera_is_refused(parent):
    """Here neutrophils and eosinophils have changed places: nobody can be right on both cameras."""
    swapped = CENTRES[[1, 0, 2, 3]]
    home = cells([50] * 4, centres=CENTRES, views=1)
    with pytest.raises(NotFit, match=r"home camera more than a point: accuracy on its 200 cells 1\.000 before"):
        calibrate(cells([15] * 4, centres=swapped), parent, home=home)


def test_few_patients_are_warned_of(parent):
    found = calibrate(cells([15] * 4, patients=3), parent)
    assert found.warnings[0].startswith("The cells are of 3 patients")
