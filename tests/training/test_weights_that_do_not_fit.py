import shutil

import pytest

from tests.training.conftest import KERAS, silent
from training.errors import BadWeights

pytestmark = KERAS


@pytest.mark.filterwarnings("ignore:Skipping nested container")
def test_weights_of_another_architecture_are_named(trained_run, tmp_path):
    from training.backbones import build_model, load_weights

    other = build_model("mobilenetv2", classes=3, size_px=32)
    with pytest.raises(BadWeights, match=r"best.weights.h5 does not hold weights of this mobilenetv2"):
        load_weights(other, trained_run / "best.weights.h5")


def test_a_run_without_weights_is_not_exported(tmp_path):
    from training.export.trained import open_trained

    with pytest.raises(BadWeights, match=r"no weights at .*best.weights.h5"):
        open_trained(tmp_path)


def test_weights_without_their_options_are_not_exported(trained_run, tmp_path):
    from training.export.trained import open_trained

    shutil.copyfile(trained_run / "best.weights.h5", tmp_path / "best.weights.h5")
    with pytest.raises(BadWeights, match="options"):
        open_trained(tmp_path)


def test_weights_of_a_run_on_pytorch_are_exported_elsewhere(trained_run, tmp_path):
    """There the normalisation is a layer of our own, after which the weights file names its groups."""
    import numpy as np

    from training.backbones import build_model
    from training.export.trained import open_trained

    shutil.copyfile(trained_run / "options.json", tmp_path / "options.json")
    fused = build_model("cnn", classes=3, size_px=32, fused=True)
    rng = np.random.default_rng(3)
    fused.set_weights([rng.random(weight.shape) for weight in fused.get_weights()])
    fused.save_weights(tmp_path / "best.weights.h5")
    plain = open_trained(tmp_path).model
    assert {type(layer).__name__ for layer in plain.layers[1:]}.isdisjoint({"FusedBatchNormalization"})
    pairs = zip(fused.get_weights(), plain.get_weights(), strict=True)
    assert all(np.allclose(one, other) for one, other in pairs)
    views = np.full((2, 32, 32, 3), 90, np.uint8)
    assert np.allclose(fused.predict(views, verbose=0), plain.predict(views, verbose=0), rtol=1e-4)


def test_a_file_that_is_no_keras_file_is_named(tmp_path):
    from training.export.keras_file import store_half

    (tmp_path / "model.keras").write_bytes(b"nothing")
    with pytest.raises(BadWeights, match=r"model.keras"):
        store_half(tmp_path / "model.keras", tmp_path / "half.keras")
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_a_model_trained_in_mixed_precision_is_stored_to_compute_in_float32(tmp_path):
    import keras
    import numpy as np

    from training.backbones import build_model
    from training.export.keras_file import store_half

    keras.mixed_precision.set_dtype_policy("mixed_bfloat16")
    try:
        model = build_model("cnn", classes=3, size_px=32)
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    model.save(tmp_path / "mixed.keras")
    store_half(tmp_path / "mixed.keras", tmp_path / "half.keras")
    again = keras.saving.load_model(tmp_path / "half.keras", compile=False)
    assert {layer.compute_dtype for layer in again.layers} == {"float32"}
    assert {weight.dtype for weight in again.weights} == {"float32"}
    views = np.full((2, 32, 32, 3), 128, np.uint8)
    assert np.allclose(again.predict(views, verbose=0), model.predict(views, verbose=0), atol=0.05)


def test_the_same_weights_give_the_same_file(trained_run, tmp_path):
    from training.export.keras_file import store_half
    from training.export.trained import open_trained

    open_trained(trained_run).model.save(tmp_path / "raw.keras")
    one, other = (store_half(tmp_path / "raw.keras", tmp_path / f"{name}.keras") for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


def test_an_int8_file_that_strays_leaves_no_model_behind(trained_run, crops, tmp_path, monkeypatch):
    from training.errors import NotFit
    from training.export import int8
    from training.export.publish import PublishOptions, publish

    whole = int8.run_logits

    def stray(path, views, *, label):
        logits = whole(path, views, label=label)
        return -logits if "int8" in label else logits

    monkeypatch.setattr(int8, "run_logits", stray)
    with pytest.raises(NotFit, match="not published"):
        publish(trained_run, crops, tmp_path / "model", options=PublishOptions(name="m", version="1"), say=silent)
    assert not list(tmp_path.iterdir())
