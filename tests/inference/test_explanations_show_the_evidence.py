"""The class activation map is the logit spread over the picture."""

import numpy as np
import pytest

from classifier.inference.bundle import HEAD_FILE, seal
from classifier.inference.engines import load_engine
from classifier.inference.errors import BundleAltered, BundleMissing
from classifier.inference.explain import Head, class_activation, overlay


def test_the_map_before_cutting_averages_to_the_logit(bundle):
    head = Head.load(bundle)
    picture = np.random.default_rng(0).integers(0, 256, (1, 48, 48, 3), np.uint8)
    outputs = load_engine(bundle).run(picture)
    evidence = outputs.feature_map[0] @ head.kernel
    np.testing.assert_allclose(evidence.mean(axis=(0, 1)) + head.bias, outputs.logits[0], rtol=1e-3, atol=1e-3)


def test_the_map_peaks_where_the_evidence_is():
    feature_map = np.zeros((4, 4, 2), np.float32)
    feature_map[1, 2] = (3.0, 0.0)
    feature_map[3, 3] = (0.0, 5.0)
    head = Head(np.array([[1.0, 0.0], [-1.0, 1.0]], np.float32), np.zeros(2, np.float32))
    activation = class_activation(feature_map, head, 0)
    assert np.unravel_index(activation.argmax(), activation.shape) == (1, 2)
    assert activation.max() == 1.0
    assert activation[3, 3] == 0.0


def test_no_evidence_gives_an_empty_map():
    head = Head(np.array([[-1.0, 0.0]], np.float32), np.zeros(2, np.float32))
    assert not class_activation(np.ones((3, 3, 1), np.float32), head, 0).any()


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
