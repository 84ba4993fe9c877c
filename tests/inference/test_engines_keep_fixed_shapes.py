"""An engine answers any number of images, in order, and calls its network with two shapes only."""

import os

import numpy as np
import onnx
import pytest

from classifier.inference.bundle import ONNX_FILE, ModelBundle, seal
from classifier.inference.engines import OnnxEngine, available_threads, load_engine, run_in_fixed_shapes
from classifier.inference.errors import EngineUnavailable
from tests.factories.bundle import tiny_bundle


def _images(count, size=48):
    return np.random.default_rng(count).integers(0, 256, (count, size, size, 3), np.uint8)


@pytest.mark.parametrize("count", [0, 1, 2, 8, 9, 15, 16, 17, 40])
def test_any_number_of_images_is_answered_in_order(bundle, count):
    engine = load_engine(bundle)
    images = _images(count)
    outputs = engine.run(images)
    assert outputs.logits.shape == (count, 8)
    assert outputs.feature_map.shape[0] == count
    for row, image in enumerate(images):
        np.testing.assert_allclose(outputs.logits[row], engine.run(image[None]).logits[0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 16, 20, 33])
def test_the_network_sees_one_image_or_a_full_batch(count):
    shapes = set()

    def call(batch):
        shapes.add(len(batch))
        return np.zeros((len(batch), 8), np.float32), np.zeros((len(batch), 1, 1, 4), np.float32)

    run_in_fixed_shapes(call, _images(count, 8), 16, single=True)
    assert shapes <= {1, 16}


def test_a_file_with_a_batch_size_of_its_own_is_always_given_that(tmp_path):
    bundle = ModelBundle.load(tiny_bundle(tmp_path / "fixed", batch=4))
    engine = load_engine(bundle)
    free = load_engine(ModelBundle.load(tiny_bundle(tmp_path / "free")))
    assert engine.batch_size == 4
    images = _images(6)
    np.testing.assert_allclose(engine.run(images).logits, free.run(images).logits, rtol=1e-4, atol=1e-4)


def test_pooled_features_and_the_head_give_the_logits(bundle):
    outputs = load_engine(bundle).run(_images(3))
    with np.load(bundle.path("head.npz")) as head:
        np.testing.assert_allclose(
            outputs.features @ head["kernel"] + head["bias"], outputs.logits, rtol=1e-3, atol=1e-3
        )


def test_images_of_another_kind_are_a_defect(bundle):
    with pytest.raises(ValueError, match="uint8"):
        load_engine(bundle).run(np.zeros((1, 48, 48, 3), np.float32))


def test_an_unknown_engine_is_refused_by_name(bundle):
    with pytest.raises(EngineUnavailable, match="abacus"):
        load_engine(bundle, "abacus")


def test_a_network_with_another_interface_is_refused(bundle_path):
    model = onnx.load(str(bundle_path / ONNX_FILE))
    model.graph.input[0].name = "pixels"
    model.graph.node[0].input[0] = "pixels"
    onnx.save(model, str(bundle_path / ONNX_FILE))
    card = {"name": "tiny", "version": "2", "labels": list("abcdefgh"), "input": {"size_px": 48, "um_per_px": 0.35}}
    with pytest.raises(EngineUnavailable, match="another interface"):
        load_engine(seal(bundle_path, card))


def test_a_file_that_is_no_network_is_refused(bundle_path):
    (bundle_path / ONNX_FILE).write_bytes(b"not a network")
    card = {"name": "t", "version": "2", "labels": list("abcdefgh"), "input": {"size_px": 48, "um_per_px": 0.35}}
    with pytest.raises(EngineUnavailable, match=ONNX_FILE):
        load_engine(seal(bundle_path, card))


def test_threads_can_be_set_by_argument_and_environment(bundle, monkeypatch):
    monkeypatch.setenv("HEMATOVISION_THREADS", "3")
    assert available_threads() == 3
    assert OnnxEngine(bundle, threads=1)._session.get_session_options().intra_op_num_threads == 1
    assert OnnxEngine(bundle)._session.get_session_options().intra_op_num_threads == 3
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 5, 7, 9}, raising=False)
    monkeypatch.setenv("HEMATOVISION_THREADS", "many")
    assert available_threads() == 5
