import json
import re

import numpy as np
import pytest
from django.conf import settings
from django.urls import reverse
from PIL import Image

from classifier import analyser
from classifier.bundle_analyser import BundleAnalyser
from classifier.inference.bundle import KERAS_FILE, ONNX_FILE, ONNX_FLOAT_FILE, ModelBundle
from classifier.inference.engines import load_engine
from classifier.inference.synthetic import draw_field
from classifier.models import ModelVersion
from sandbox.models import TriedPicture
from sandbox.tasks import answer_picture
from tests.training.conftest import CLASSES, KERAS
from tests.training.shell_of_a_document import other_blocks, run_blocks, shell_blocks
from training.__main__ import main

pytestmark = KERAS

DOCUMENT = settings.BASE_DIR / "docs" / "from-folders-to-model.md"
BLOCKS = shell_blocks(DOCUMENT)
SETTINGS, *LIBRARY = [block for block in BLOCKS if "manage.py" not in block]
PLATFORM = [block for block in BLOCKS if "manage.py" in block]
#: Where the document's settings make it quick: a few drawn cells of three classes, seen small and few times.
SMALL = {
    "CLASSES": ",".join(CLASSES),
    "SIZE": 32,
    "SCALE": 0.5,
    "BATCH": 24,
    "MORE": "--steps 8 --augmentation 0.2 --schedule constant --dropout 0.1",
    "QUICK_EPOCHS": 8,
    "QUICK_RATE": "3e-3",
    "NETWORKS": "mobilenetv2",
    "START": "random",
    "HEAD_EPOCHS": 1,
    "EPOCHS": 1,
    "BEST": "cnn",
    "MODEL_NAME": "drawn",
    "MODEL_VERSION": 1,
    "WORK": "made",
}


@pytest.fixture(scope="session")
def made_by_commands(drawn_cells, tmp_path_factory):
    """What the commands of the document make of the drawn cells, one small and one of the large networks; then a variant."""
    home = tmp_path_factory.mktemp("commands")
    run_blocks([SETTINGS, *LIBRARY], folder=home, DATASET=drawn_cells, **SMALL)
    work = home / "made"
    calibrate = ["calibrate", work / "drawn-1", "--crops", work / "crops", "--out", work / "drawn-2", "--version", "2"]
    assert main([str(word) for word in calibrate]) == 0
    return work


def test_the_model_tells_the_drawn_classes_apart(made_by_commands):
    result = json.loads((made_by_commands / "evaluation" / "evaluation.json").read_text())
    assert result["accuracy"] >= 0.8
    assert (made_by_commands / "evaluation" / "training.png").is_file()


def test_the_card_holds_what_was_measured(made_by_commands):
    bundle = ModelBundle.load(made_by_commands / "drawn-1")
    result = json.loads((made_by_commands / "evaluation" / "evaluation.json").read_text())
    assert bundle.card["metrics"]["held-out test"]["accuracy"] == result["accuracy"]
    assert bundle.card["int8"]["fit"] is True
    text = (made_by_commands / "drawn-1" / "MODEL_CARD.md").read_text()
    assert f"{result['accuracy']:.4f}" in text
    assert "Intended use" in text
    assert f"{bundle.card['novelty']['camera_limit']:.3f}" in text


def test_a_model_can_be_served_in_float32(made_by_commands):
    whole, quick = (ModelBundle.load(made_by_commands / name) for name in ("model-cnn", "drawn-1"))
    assert whole.has(ONNX_FLOAT_FILE)
    assert not whole.has(ONNX_FILE)
    views = np.load(made_by_commands / "crops" / "views.npy")[:8]
    precise, rounded = (load_engine(bundle, "onnx").run(views).logits for bundle in (whole, quick))
    assert (precise.argmax(axis=1) == rounded.argmax(axis=1)).all()
    assert not np.array_equal(precise, rounded)


def test_both_engines_answer_the_same(made_by_commands):
    pytest.importorskip("tensorflow")
    bundle = ModelBundle.load(made_by_commands / "drawn-1")
    views = np.load(made_by_commands / "crops" / "views.npy")[:8]
    one, other = (load_engine(bundle, kind).run(views) for kind in ("onnx", "tensorflow"))
    assert (one.logits.argmax(axis=1) == other.logits.argmax(axis=1)).all()
    assert one.feature_map.shape == other.feature_map.shape


def test_stored_weights_are_half_as_large(made_by_commands):
    import io
    import zipfile

    import h5py

    with zipfile.ZipFile(made_by_commands / "drawn-1" / KERAS_FILE) as archive:
        weights = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
    kinds = {}
    weights.visititems(
        lambda _, node: kinds.setdefault(node.ndim, set()).add(node.dtype.name) if hasattr(node, "dtype") else None
    )
    assert kinds[4] == {"float16"}
    assert kinds[1] == {"float32"}


def test_other_thresholds_are_another_version(made_by_commands):
    one, two = (ModelBundle.load(made_by_commands / name) for name in ("drawn-1", "drawn-2"))
    assert (one.version, two.version) == ("1", "2")
    assert two.card["calibrated_from"] == "drawn 1"
    assert two.card["novelty"]["camera_limit"] == pytest.approx(one.card["novelty"]["camera_limit"], rel=0.2)


def test_models_are_compared_in_one_table(made_by_commands):
    text = (made_by_commands / "compared" / "compare.md").read_text()
    assert [text.count(f"| {network} 1.0.0 |") for network in ("cnn", "mobilenetv2")] == [1, 1]
    assert (made_by_commands / "compared" / "compare.csv").is_file()


def test_the_images_are_explored_on_one_page(made_by_commands):
    page = (made_by_commands / "explored" / "index.html").read_text()
    for name in ("classes", "sizes", "colours", "focus", "samples", "copies"):
        assert f"{name}.png" in page
        assert (made_by_commands / "explored" / f"{name}.png").stat().st_size > 1000


@pytest.fixture
def worker():
    """The part of a worker in this process: an engine that answers for the model in use, whichever that is."""
    analyser.install(BundleAnalyser("onnx"))
    yield answer_picture
    analyser.install(None)


@pytest.mark.django_db
def test_it_answers_in_the_shell_and_on_the_page(made_by_commands, tmp_path, capsys, client, sami, worker):
    rgb, truth = draw_field(seed=3, width=640, height=480, cells=["eosinophil", "lymphocyte"])
    Image.fromarray(rgb).save(tmp_path / "field.png")
    variables = SMALL | {"WORK": made_by_commands, "PICTURE": tmp_path / "field.png"}

    run_blocks([SETTINGS, *PLATFORM], folder=tmp_path, **variables)

    version = ModelVersion.objects.active()
    assert (version.name, version.version) == ("drawn", "1")
    said = capsys.readouterr().out
    assert "Registered drawn 1" in said
    assert "drawn 1 is active." in said
    assert said.count("  at ") >= len([cell for cell in truth if cell.label != "platelet"])
    assert (made_by_commands / "answers" / "field.overlay.png").is_file()

    # The last step of the document: sign in, drop a picture, and see what the model says.
    client.force_login(sami)
    with (tmp_path / "field.png").open("rb") as picture:
        dropped = client.post(reverse("sandbox:try"), {"pictures": picture, "confirmed": "on"})
    tried = TriedPicture.objects.get()
    worker(str(tried.pk))
    page = client.get(dropped["Location"]).text
    tried.refresh_from_db()
    assert f"Model {version}" in " ".join(page.split())
    assert page.count('class="try-box ') == len(tried.cells) >= 2
    assert all(set(cell["probabilities"]) == set(CLASSES) for cell in tried.cells)


def test_the_document_runs_every_command_and_names_every_network():
    assert [text for text in other_blocks(DOCUMENT) if "python -m" in text or "manage.py" in text] == []
    from training.backbones import BACKBONES

    offered = re.search(r"NETWORKS:-([\w ]+)", DOCUMENT.read_text())[1].split()
    assert {"cnn", *offered} == BACKBONES.keys()
    assert [block for block in BLOCKS[BLOCKS.index(PLATFORM[0]) :] if block not in PLATFORM] == []


def test_the_document_ends_on_the_page_where_pictures_are_tried():
    last = DOCUMENT.read_text().split("## 10. ")[1].split("## Where to go")[0]
    assert f"http://127.0.0.1:8000{reverse('sandbox:try')}" in last
