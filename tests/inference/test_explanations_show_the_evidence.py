"""The class activation map is the logit spread over the image."""

import numpy as np
import pytest

from classifier.inference.bundle import HEAD_FILE, seal
from classifier.inference.crops import CropSpec, crop_cells
from classifier.inference.engines import load_engine
from classifier.inference.errors import BundleAltered, BundleMissing
from classifier.inference.explain import FINER, overlay, shifted_centres, stitched_activation
from classifier.inference.head import Head


def test_the_map_before_cutting_averages_to_the_logit(bundle):
    head = Head.load(bundle)
    image = np.random.default_rng(0).integers(0, 256, (1, 48, 48, 3), np.uint8)
    outputs = load_engine(bundle).run(image)
    evidence = outputs.feature_map[0] @ head.kernel
    np.testing.assert_allclose(evidence.mean(axis=(0, 1)) + head.bias, outputs.logits[0], rtol=1e-3, atol=1e-3)


def test_the_map_peaks_where_the_evidence_is():
    feature_map = np.zeros((4, 4, 2), np.float32)
    feature_map[1, 2] = (3.0, 0.0)
    feature_map[3, 3] = (0.0, 5.0)
    head = Head(np.array([[1.0, 0.0], [-1.0, 1.0]], np.float32), np.zeros(2, np.float32))
    activation = stitched_activation(np.stack([feature_map] * FINER**2), head, 0)
    hot = activation[FINER : 2 * FINER, 2 * FINER : 3 * FINER]
    assert (hot == 1.0).all()
    assert activation.sum() == hot.sum()


def test_a_finer_map_finds_a_dot_where_it_is():
    """A stand-in network that answers with the brightness at the middle of each of 4 x 4 places."""
    spec = CropSpec(size_px=32, um_per_px=0.2, white_balance=False)
    field = np.zeros((200, 200, 3), np.uint8)
    # A dot 3 px right of and 5 px above the centre: at 8 px a place only a moved look has it in the middle of one.
    field[94:97, 102:105] = 255
    around = shifted_centres((100.0, 100.0), places=4, spec=spec, um_per_px=0.2)
    looks = crop_cells(field, around, um_per_px=0.2, spec=spec).astype(np.float32)
    middles = (looks[:, 3::8, 3::8] + looks[:, 4::8, 4::8])[..., :1]
    fine = stitched_activation(middles, Head(np.ones((1, 1), np.float32), np.zeros(1, np.float32)), 0)
    down, across = np.argwhere(fine == fine.max()).mean(axis=0)
    place = spec.size_px / 4 / FINER
    assert ((across + 0.5) * place - 16, (down + 0.5) * place - 16) == (
        pytest.approx(3, abs=1.5),
        pytest.approx(-5, abs=1.5),
    )


def test_places_of_moved_looks_lie_between_each_other():
    """One hot place in the look moved furthest right and down lands right of and below the other looks' same place."""
    maps = np.zeros((FINER * FINER, 3, 3, 1), np.float32)
    maps[FINER * FINER - 1, 1, 1] = 1.0
    fine = stitched_activation(maps, Head(np.ones((1, 1), np.float32), np.zeros(1, np.float32)), 0)
    assert np.unravel_index(fine.argmax(), fine.shape) == (2 * FINER - 1, 2 * FINER - 1)


def test_no_evidence_gives_an_empty_map():
    head = Head(np.array([[-1.0, 0.0]], np.float32), np.zeros(2, np.float32))
    assert not stitched_activation(np.ones((FINER**2, 3, 3, 1), np.float32), head, 0).any()


def test_the_overlay_warms_only_where_the_evidence_is():
    crop = np.full((64, 64, 3), 200, np.uint8)
    activation = np.zeros((4, 4), np.float32)
    activation[0, 0] = 1.0
    shown = overlay(crop, activation)
    assert shown.shape == crop.shape
    assert shown.dtype == np.uint8
    assert shown[2, 2, 0] > 210 > shown[2, 2, 2]
    np.testing.assert_array_equal(shown[40:, 40:], crop[40:, 40:])


def test_a_model_without_head_cannot_explain_itself(bundle_path):
    (bundle_path / HEAD_FILE).unlink()
    card = {"name": "t", "version": "2", "labels": list("abcdefgh"), "input": {"size_px": 48, "um_per_px": 0.35}}
    with pytest.raises(BundleMissing, match=HEAD_FILE):
        Head.load(seal(bundle_path, card))


def test_a_head_for_other_classes_is_refused(bundle_path):
    card = {"name": "t", "version": "2", "labels": ["a", "b"], "input": {"size_px": 48, "um_per_px": 0.35}}
    with pytest.raises(BundleAltered, match="2 classes"):
        Head.load(seal(bundle_path, card))
