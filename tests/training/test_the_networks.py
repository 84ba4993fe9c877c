import numpy as np
import pytest

from tests.training.conftest import KERAS
from training.errors import BadWeights
from training_runs.models import Backbone

pytestmark = KERAS


@pytest.mark.parametrize("name", ["mobilenetv2", "cnn"])
def test_normalisation_by_groups_takes_the_place_of_every_batch_statistic(name):
    import keras

    from training.backbones import base_of, build_model

    model = build_model(name, classes=3, size_px=32, normalisation="group")
    kinds = {type(layer) for layer in base_of(model).layers}
    assert keras.layers.GroupNormalization in kinds
    assert keras.layers.BatchNormalization not in kinds
    images = np.random.default_rng(1).integers(0, 256, (2, 32, 32, 3)).astype("float32")
    together = np.asarray(model(images, training=True))
    assert together.shape == (2, 3)


def test_frozen_normalisation_keeps_its_statistics_in_training():
    from training.backbones import base_of, build_model

    model = build_model("cnn", classes=3, size_px=32, normalisation="frozen")
    before = [np.array(weight) for weight in base_of(model).get_weights()]
    model(np.full((2, 32, 32, 3), 200, "float32"), training=True)
    assert all(np.array_equal(*pair) for pair in zip(before, base_of(model).get_weights(), strict=True))


def test_an_unknown_normalisation_is_named():
    from training.backbones import build_model

    with pytest.raises(BadWeights, match="not layer"):
        build_model("cnn", classes=3, size_px=32, normalisation="layer")


def test_the_form_of_the_administration_offers_every_network_there_is():
    from training.backbones import BACKBONES

    assert set(Backbone.values) == BACKBONES.keys()
