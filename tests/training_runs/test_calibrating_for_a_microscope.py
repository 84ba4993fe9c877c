"""`manage.py calibrate`: class-named folders of one microscope in, a registered variant of the model out, or a sentence."""

import io
import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from classifier.inference.bundle import HEAD_FILE, ONNX_FILE, ModelBundle
from classifier.inference.pipeline import open_pipeline
from classifier.inference.synthetic import draw_cell_image
from classifier.models import ModelVersion
from classifier.selectors import model_on
from classifier.services import promote_model, register_model
from hematovision.errors import Conflict, Unprocessable
from microscopes.models import Microscope
from tests.factories.smears import evaluated_bundle

#: What the folder says and what is drawn in it: on this microscope two classes look like others of the model's home.
LOOKS = {"neutrophil": "neutrophil", "basophil": "eosinophil", "monocyte": "lymphocyte"}


def _draw(root, *, looks=LOOKS, each=10, patients=5, name="{patient}__{number}.png"):
    for folder, look in looks.items():
        (root / folder).mkdir(parents=True)
        for number in range(each):
            rgb = draw_cell_image(look, 100 * list(looks).index(folder) + number, 160)
            file = name.format(patient=f"patient{number % patients}", number=number)
            Image.fromarray(rgb).save(root / folder / file, compress_level=1)
    return root


@pytest.fixture(scope="module")
def slides(tmp_path_factory):
    return _draw(tmp_path_factory.mktemp("slides") / "set")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return evaluated_bundle(tmp_path_factory.mktemp("parent") / "model")


def _calibrate(*arguments, model, out):
    said = io.StringIO()
    call_command(
        "calibrate",
        *map(str, arguments),
        *("--name", "Microscope 3", "--um-per-px", "0.1", "--model", str(model), "--out", str(out)),
        stdout=said,
        stderr=io.StringIO(),
    )
    return said.getvalue()


@pytest.fixture(scope="module")
def calibrated(slides, model, tmp_path_factory):
    """A variant that no database knows, and what the command said."""
    out = tmp_path_factory.mktemp("variants")
    said = _calibrate(slides, "--group-by-prefix", "--scope", "Ward B, Giemsa", "--no-register", model=model, out=out)
    return out / "tiny-1.0.0+site.1", said


def test_the_network_is_the_parents_own_file(calibrated, model):
    folder, _ = calibrated
    assert (folder / ONNX_FILE).samefile(model / ONNX_FILE)
    variant, parent = ModelBundle.load(folder), ModelBundle.load(model)
    assert variant.card["files"][ONNX_FILE] == parent.card["files"][ONNX_FILE]
    assert variant.card["files"][HEAD_FILE] != parent.card["files"][HEAD_FILE]
    assert variant.parent == parent.card_sha256
    assert variant.head_is_separate


def test_the_variant_knows_what_cells_look_like_on_this_microscope(calibrated, model):
    def labels(folder):
        pipeline = open_pipeline(folder, threads=1)
        crops = [
            pipeline.crop(draw_cell_image(look, 900 + n, 160), [(80, 80)], um_per_px=0.1)[0]
            for look in LOOKS.values()
            for n in range(4)
        ]
        return [pipeline.bundle.labels[d.best] for d in pipeline.classify(np.stack(crops)).decisions]

    truth = np.repeat(list(LOOKS), 4)
    assert (np.array(labels(model)) == truth).mean() < 0.5
    assert (np.array(labels(calibrated[0])) == truth).mean() > 0.9


def test_the_card_says_what_it_was_made_of_and_what_it_gained(calibrated):
    card = json.loads((calibrated[0] / "card.json").read_text())
    made = card["adapted"]
    assert (made["name"], made["scope"], made["parent"]) == ("Microscope 3", "Ward B, Giemsa", "tiny 1.0.0")
    assert (made["patients"], made["n"], made["cells"]) == (5, 30, {"neutrophil": 10, "basophil": 10, "monocyte": 10})
    assert made["before"]["accuracy"] < 0.5
    assert made["after"]["accuracy"] > 0.9
    assert card["metrics"]["validation"]["accuracy"] == made["after"]["accuracy"]
    text = (calibrated[0] / "MODEL_CARD.md").read_text()
    assert "Calibrated for one microscope" in text
    assert "Microscope 3" in text
    assert "5 patients" in text


def test_what_the_command_says_has_figures_with_n_and_interval(calibrated):
    assert "n = 30" in calibrated[1]
    before, after = (line for line in calibrated[1].splitlines() if line.startswith(("before", "after")))
    assert float(before.split()[1]) < 0.5
    assert float(after.split()[1]) > 0.9
    assert "[" in after
    assert "with 95 % confidence" in calibrated[1]


@pytest.mark.django_db
def test_the_variant_is_registered_and_waits_for_its_promotion(slides, model, riverside, tmp_path):
    parent, _ = register_model(actor=None, directory=model)
    promote_model(actor=None, version=parent, reason="First.")
    microscope = Microscope.objects.create(organisation=riverside, name="Microscope 3")
    said = _calibrate(slides, "--microscope", microscope.pk, "--group-by-prefix", model=model, out=tmp_path)
    variant = ModelVersion.objects.get(version="1.0.0+site.1")
    assert (variant.state, variant.scope) == ("registered", microscope)
    assert "not used until somebody promotes it" in said
    promote_model(actor=None, version=variant, reason="Validated on Microscope 3.")
    assert ModelVersion.objects.active() == parent
    assert model_on(microscope.pk) == variant
    assert _calibrate(slides, model=model, out=tmp_path).count("1.0.0+site.2") >= 1


@pytest.mark.django_db
def test_a_variant_of_no_microscope_answers_for_none(slides, model, tmp_path):
    parent, _ = register_model(actor=None, directory=model)
    promote_model(actor=None, version=parent, reason="First.")
    _calibrate(slides, "--group-by-prefix", model=model, out=tmp_path)
    with pytest.raises(Unprocessable, match="names no microscope of this installation"):
        promote_model(actor=None, version=ModelVersion.objects.get(version="1.0.0+site.1"), reason="Ours.")


@pytest.mark.django_db
def test_a_variant_says_which_registered_microscope_it_is_for(slides, model, riverside, tmp_path):
    microscope = Microscope.objects.create(organisation=riverside, name="Microscope 3")
    named = ("--microscope", microscope.pk, "--group-by-prefix", "--no-register")
    _calibrate(slides, *named, model=model, out=tmp_path)
    card = json.loads((tmp_path / "tiny-1.0.0+site.1" / "card.json").read_text())
    assert card["adapted"]["microscope"] == str(microscope.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("identifier", ["Microscope 3", "00000000-0000-4000-8000-000000000000"])
def test_a_microscope_that_is_not_registered_is_named(slides, model, tmp_path, identifier):
    with pytest.raises(CommandError, match=f"no microscope {identifier} here"):
        _calibrate(slides, "--microscope", identifier, model=model, out=tmp_path)


@pytest.mark.django_db
def test_a_variant_without_its_parent_is_not_registered(calibrated):
    with pytest.raises(Unprocessable, match="Register its parent first"):
        register_model(actor=None, directory=calibrated[0])


@pytest.mark.django_db
def test_calibration_asks_for_a_registered_model_before_it_begins(slides, model, tmp_path):
    with pytest.raises(CommandError, match="not registered here"):
        _calibrate(slides, model=model, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.django_db
def test_a_new_model_makes_the_variant_void(slides, model, riverside, tmp_path):
    microscope = Microscope.objects.create(organisation=riverside, name="Microscope 3")
    parent, _ = register_model(actor=None, directory=model)
    promote_model(actor=None, version=parent, reason="First.")
    _calibrate(slides, "--microscope", microscope.pk, "--group-by-prefix", model=model, out=tmp_path)
    variant = ModelVersion.objects.get(version="1.0.0+site.1")
    promote_model(actor=None, version=variant, reason="Ours.")
    newer, _ = register_model(actor=None, directory=evaluated_bundle(tmp_path / "newer", version="2.0.0"))
    promote_model(actor=None, version=newer, reason="Better.")
    assert model_on(microscope.pk) == newer
    ModelVersion.objects.filter(pk=variant.pk).update(state="retired")
    with pytest.raises(Conflict, match=r"another model than tiny 2\.0\.0, which is in use, and is void"):
        promote_model(actor=None, version=variant, reason="Ours.")


def _refused(*arguments, model, out, match):
    with pytest.raises(CommandError, match=match):
        _calibrate(*arguments, "--no-register", model=model, out=out)
    assert not out.exists() or not list(out.iterdir())


def test_a_variant_is_not_calibrated_again(slides, calibrated, tmp_path):
    _refused(slides, model=calibrated[0], out=tmp_path / "out", match="Calibrate the model it was made from")


def test_labels_that_agree_with_the_model_leave_nothing_behind(model, tmp_path):
    same = {"neutrophil": "neutrophil", "eosinophil": "eosinophil"}
    slides = _draw(tmp_path / "set", looks=same, each=6)
    _refused(slides, "--group-by-prefix", model=model, out=tmp_path / "out", match="All 12 labels agree")


def test_one_patient_leaves_nothing_behind(model, tmp_path):
    slides = _draw(tmp_path / "set", each=4, patients=1)
    _refused(slides, "--group-by-prefix", model=model, out=tmp_path / "out", match="one patient")


def test_a_name_without_a_patient_is_named(model, tmp_path):
    slides = _draw(tmp_path / "set", each=1, name="cell{number}.png")
    _refused(slides, "--group-by-prefix", model=model, out=tmp_path / "out", match=r"cell0\.png names no patient")


def test_a_home_camera_that_would_lose_leaves_nothing_behind(slides, model, tmp_path):
    home = _draw(tmp_path / "home", looks={"eosinophil": "eosinophil", "lymphocyte": "lymphocyte"}, each=5)
    _refused(slides, "--home", home, model=model, out=tmp_path / "out", match="home camera more than a point")
