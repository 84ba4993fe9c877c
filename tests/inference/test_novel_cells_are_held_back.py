"""The novelty score separates what the features were fitted on from what they were not."""

import numpy as np
import pytest

from classifier.inference.errors import BundleAltered
from classifier.inference.novelty import NoveltyModel, choose_camera_limit, choose_threshold, fit


def _cells(count, seed=0, classes=4, features=64):
    centres = np.random.default_rng(99).gamma(2.0, 1.0, (classes, features))
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    # A few directions vary much, the rest hardly, as in pooled features of a network.
    spread = np.linspace(0.5, 0.02, features)
    return np.maximum(centres[labels] + rng.normal(0, 1, (count, features)) * spread, 0).astype(np.float32), labels


@pytest.fixture
def model():
    return fit(*_cells(800), components=16)


def test_training_cells_score_about_one(model):
    assert model.score(_cells(800)[0]).mean() == pytest.approx(1.0, rel=0.01)


def test_unseen_cells_of_the_same_kind_pass_at_the_rate_asked_for(model):
    threshold = choose_threshold(model.score(_cells(2000, seed=1)[0]), kept=0.99)
    assert (model.score(_cells(2000, seed=2)[0]) <= threshold).mean() == pytest.approx(0.99, abs=0.02)


def test_sets_of_the_same_camera_pass_its_limit_and_sets_of_another_do_not(model):
    limit = choose_camera_limit(model.score(_cells(2000, seed=1)[0]))
    own = np.median(model.score(_cells(4000, seed=2)[0]).reshape(200, 20), axis=1)
    assert (own <= limit).mean() > 0.98
    tint = np.random.default_rng(4).uniform(0.5, 1.5, 64)
    other = np.median(model.score((_cells(4000, seed=3)[0] * tint).astype(np.float32)).reshape(200, 20), axis=1)
    assert (other > limit).mean() > 0.98


@pytest.mark.parametrize("strange", ["another class", "noise", "constant", "nothing"])
def test_what_is_unlike_the_training_cells_is_held_back(model, strange):
    rng = np.random.default_rng(5)
    things = {
        "another class": rng.gamma(2.0, 1.0, (1, 64)) + rng.normal(0, 0.05, (50, 64)),
        "noise": rng.random((50, 64)) * 5,
        "constant": np.ones((50, 64)),
        "nothing": np.zeros((50, 64)),
    }
    threshold = choose_threshold(model.score(_cells(2000, seed=1)[0]), kept=0.995)
    assert (model.score(things[strange].astype(np.float32)) > threshold).mean() > 0.95


def test_brightness_of_the_features_alone_is_not_novel(model):
    cells = _cells(20, seed=3)[0]
    np.testing.assert_allclose(model.score(cells), model.score(cells * 3), rtol=1e-3)


def test_saving_and_loading_keeps_the_scores(model, tmp_path):
    model.save(tmp_path / "novelty.npz")
    cells = _cells(100, seed=4)[0]
    np.testing.assert_allclose(NoveltyModel.load(tmp_path / "novelty.npz").score(cells), model.score(cells), rtol=0.01)


def test_fewer_cells_than_features_can_be_fitted():
    assert np.isfinite(fit(*_cells(20, features=256), components=64).score(_cells(5, features=256)[0])).all()


def test_a_file_of_something_else_is_refused(tmp_path):
    np.savez(tmp_path / "novelty.npz", other=np.ones(3))
    with pytest.raises(BundleAltered, match=r"novelty\.npz"):
        NoveltyModel.load(tmp_path / "novelty.npz")
