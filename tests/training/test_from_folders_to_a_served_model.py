import json

import numpy as np
import pytest
from django.core.management import call_command

from classifier.inference.bundle import KERAS_FILE, ONNX_FILE, ONNX_FLOAT_FILE, ModelBundle
from classifier.inference.engines import load_engine
from classifier.inference.pipeline import open_pipeline
from classifier.inference.synthetic import draw_field
from classifier.models import ModelState, ModelVersion
from classifier.services import promote_model
from tests.training.conftest import CLASSES, KERAS
from training.__main__ import main

pytestmark = KERAS


@pytest.fixture(scope="session")
def made_by_commands(drawn_cells, tmp_path_factory):
    """Every step as a command, each on what the one before wrote."""
    home = tmp_path_factory.mktemp("commands")
    steps = [
        ["prepare", drawn_cells, "--out", home / "manifest", "--near", "none"],
        ["explore", home / "manifest", "--out", home / "explored", "--sample", 10],
        ["crops", home / "manifest", "--out", home / "crops", "--size", 32, "--um-per-px", 0.5],
        ["preview", "--crops", home / "crops", "--out", home / "preview.png", "--size", 32, "--um-per-px", 0.5],
        ["fit", "--crops", home / "crops", "--out", home / "run", "--backbone", "cnn", "--size-px", 32, "--um-per-px", 0.5,
         "--labels", ",".join(CLASSES), "--phase", "1:3e-3:head", "--phase", "7:3e-3", "--batch", 24, "--steps", 8,
         "--augmentation", 0.2, "--schedule", "constant", "--dropout", 0.1],
        ["export", home / "run", "--crops", home / "crops", "--out", home / "model", "--name", "drawn", "--version", "1",
         "--data", "Drawn cells."],
        ["evaluate", home / "model", "--crops", home / "crops", "--history", home / "run" / "log.csv", "--out", home / "evaluation"],
        ["card", home / "model", "--evaluation", home / "evaluation" / "evaluation.json", "--as", "drawn test"],
        ["calibrate", home / "model", "--crops", home / "crops", "--out", home / "model-2", "--version", "2"],
        ["export", home / "run", "--crops", home / "crops", "--out", home / "model-float", "--name", "drawn", "--version", "3",
         "--precision", "float32"],
        ["compare", home / "model", home / "model-2", home / "model-float", "--crops", home / "crops", "--out", home / "comparison"],
    ]  # fmt: skip
    for step in steps:
        assert main([str(word) for word in step]) == 0, step
    return home


def test_the_model_tells_the_drawn_classes_apart(made_by_commands):
    result = json.loads((made_by_commands / "evaluation" / "evaluation.json").read_text())
    assert result["accuracy"] >= 0.8
    assert (made_by_commands / "evaluation" / "training.png").is_file()


def test_the_card_holds_what_was_measured(made_by_commands):
    bundle = ModelBundle.load(made_by_commands / "model")
    result = json.loads((made_by_commands / "evaluation" / "evaluation.json").read_text())
    assert bundle.card["metrics"]["drawn test"]["accuracy"] == result["accuracy"]
    assert bundle.card["int8"]["fit"] is True
    text = (made_by_commands / "model" / "MODEL_CARD.md").read_text()
    assert f"{result['accuracy']:.4f}" in text
    assert "Intended use" in text
    assert f"{bundle.card['novelty']['camera_limit']:.3f}" in text


def test_a_model_can_be_served_in_float32(made_by_commands):
    whole, quick = (ModelBundle.load(made_by_commands / name) for name in ("model-float", "model"))
    assert whole.has(ONNX_FLOAT_FILE)
    assert not whole.has(ONNX_FILE)
    views = np.load(made_by_commands / "crops" / "views.npy")[:8]
    precise, rounded = (load_engine(bundle, "onnx").run(views).logits for bundle in (whole, quick))
    assert (precise.argmax(axis=1) == rounded.argmax(axis=1)).all()
    assert not np.array_equal(precise, rounded)


def test_both_engines_answer_the_same(made_by_commands):
    pytest.importorskip("tensorflow")
    bundle = ModelBundle.load(made_by_commands / "model")
    views = np.load(made_by_commands / "crops" / "views.npy")[:8]
    one, other = (load_engine(bundle, kind).run(views) for kind in ("onnx", "tensorflow"))
    assert (one.logits.argmax(axis=1) == other.logits.argmax(axis=1)).all()
    assert one.feature_map.shape == other.feature_map.shape


def test_stored_weights_are_half_as_large(made_by_commands):
    import io
    import zipfile

    import h5py

    with zipfile.ZipFile(made_by_commands / "model" / KERAS_FILE) as archive:
        weights = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
    kinds = {}
    weights.visititems(
        lambda _, node: kinds.setdefault(node.ndim, set()).add(node.dtype.name) if hasattr(node, "dtype") else None
    )
    assert kinds[4] == {"float16"}
    assert kinds[1] == {"float32"}


def test_other_thresholds_are_another_version(made_by_commands):
    one, two = (ModelBundle.load(made_by_commands / name) for name in ("model", "model-2"))
    assert (one.version, two.version) == ("1", "2")
    assert two.card["calibrated_from"] == "drawn 1"
    assert two.card["novelty"]["camera_limit"] == pytest.approx(one.card["novelty"]["camera_limit"], rel=0.2)


def test_models_are_compared_in_one_table(made_by_commands):
    text = (made_by_commands / "comparison" / "compare.md").read_text()
    assert text.count("| drawn ") == 3
    assert (made_by_commands / "comparison" / "compare.csv").is_file()


def test_the_images_are_explored_on_one_page(made_by_commands):
    page = (made_by_commands / "explored" / "index.html").read_text()
    for name in ("classes", "sizes", "colours", "focus", "samples", "copies"):
        assert f"{name}.png" in page
        assert (made_by_commands / "explored" / f"{name}.png").stat().st_size > 1000


@pytest.mark.django_db
def test_it_is_registered_promoted_and_serves(made_by_commands):
    call_command("train", "register", str(made_by_commands / "model"))
    version = ModelVersion.objects.get(name="drawn", version="1")
    promote_model(actor=None, version=version, reason="It tells drawn cells apart.")
    version.refresh_from_db()
    assert version.state == ModelState.ACTIVE
    rgb, truth = draw_field(seed=3, width=640, height=480, cells=["eosinophil", "lymphocyte"])
    result = open_pipeline(version.directory).analyse(rgb)
    assert len(result.cells) >= len([cell for cell in truth if cell.label != "platelet"])
    assert all(set(cell.probabilities) == set(CLASSES) for cell in result.cells)
