import numpy as np
import pytest

from tests.training.conftest import KERAS
from training.errors import BadData, BadWeights

pytestmark = KERAS


@pytest.fixture
def before(trained_run, tmp_path):
    """The network of the run as it may have been before: random weights, in a file."""
    from training.backbones import build_model
    from training.export.trained import open_trained

    trained = open_trained(trained_run)
    network = build_model("cnn", classes=len(trained.labels), size_px=trained.size_px, dropout=0.1)
    path = tmp_path / "before-1.0.0" / "model.keras"
    path.parent.mkdir()
    network.save(path)
    return path


def test_the_weights_lie_between_the_two(trained_run, before, tmp_path):
    import keras

    from training.blend import blend
    from training.export.trained import open_trained

    blend(trained_run, before, share=0.25, out=tmp_path / "mixed")

    mixed = open_trained(tmp_path / "mixed")
    old = keras.saving.load_model(before, compile=False).get_weights()
    new = open_trained(trained_run).model.get_weights()
    for value, a, b in zip(mixed.model.get_weights(), old, new, strict=True):
        np.testing.assert_allclose(value, 0.25 * a + 0.75 * b, atol=1e-5)
    assert mixed.options["blended"] == {"with": "before-1.0.0", "share": 0.25}
    assert (tmp_path / "mixed" / "log.csv").is_file()


def test_another_architecture_is_named_and_nothing_is_written(trained_run, tmp_path):
    from training.backbones import build_model
    from training.blend import blend

    other = tmp_path / "other.keras"
    build_model("cnn", classes=2, size_px=32).save(other)
    with pytest.raises(BadWeights, match=r"other\.keras"):
        blend(trained_run, other, share=0.5, out=tmp_path / "mixed")
    assert not (tmp_path / "mixed").exists()


@pytest.mark.parametrize("share", [0.0, 1.0, -0.2, 1.5])
def test_a_share_of_nothing_or_all_is_refused(trained_run, before, tmp_path, share):
    from training.blend import blend

    with pytest.raises(BadData, match="between 0 and 1"):
        blend(trained_run, before, share=share, out=tmp_path / "mixed")


def test_a_folder_that_exists_is_not_written_into(trained_run, before, tmp_path):
    from training.blend import blend

    with pytest.raises(BadData, match="exists"):
        blend(trained_run, before, share=0.5, out=trained_run)
