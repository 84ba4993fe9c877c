"""Every file of a model is checked against its card before anything is loaded."""

import json

import pytest

from classifier.inference.bundle import CARD, NOVELTY_FILE, ONNX_FILE, ModelBundle
from classifier.inference.errors import BundleAltered, BundleMissing
from tests.factories.bundle import tiny_bundle


def _rewrite(path, **changes):
    card = json.loads((path / CARD).read_text())
    (path / CARD).write_text(json.dumps({**card, **changes}))


def test_a_whole_bundle_loads_and_says_what_it_is(bundle_path):
    bundle = ModelBundle.load(bundle_path)
    assert (bundle.name, bundle.version, len(bundle.labels)) == ("tiny", "0.0.1", 8)
    assert bundle.size_px == 48
    assert bundle.has(ONNX_FILE)


def test_one_changed_byte_is_refused_with_the_files_name(bundle_path):
    model = bundle_path / ONNX_FILE
    content = bytearray(model.read_bytes())
    content[100] ^= 1
    model.write_bytes(content)
    with pytest.raises(BundleAltered, match=ONNX_FILE):
        ModelBundle.load(bundle_path)


def test_a_missing_file_is_refused_with_its_name(bundle_path):
    (bundle_path / NOVELTY_FILE).unlink()
    with pytest.raises(BundleMissing, match=NOVELTY_FILE):
        ModelBundle.load(bundle_path)


def test_a_missing_folder_is_refused_with_its_name(tmp_path):
    with pytest.raises(BundleMissing, match="nowhere"):
        ModelBundle.load(tmp_path / "nowhere")


def test_a_model_folder_without_a_card_is_refused(tmp_path):
    with pytest.raises(BundleMissing, match=CARD):
        ModelBundle.load(tmp_path)


def test_a_card_that_is_not_json_is_refused(bundle_path):
    (bundle_path / CARD).write_text("{")
    with pytest.raises(BundleAltered, match="not valid JSON"):
        ModelBundle.load(bundle_path)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"format": 2}, "format"),
        ({"labels": ["neutrophil", "neutrophil"]}, "labels"),
        ({"input": {"size_px": 0, "um_per_px": 0.3}}, "size_px"),
        ({"input": {"size_px": 96}}, "um_per_px"),
        ({"temperature": -1}, "temperature"),
        ({"files": []}, "files"),
    ],
)
def test_a_card_that_makes_no_sense_is_refused(bundle_path, changes, why):
    _rewrite(bundle_path, **changes)
    with pytest.raises(BundleAltered, match=why):
        ModelBundle.load(bundle_path)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "sub/file"])
def test_a_card_cannot_point_outside_its_folder(bundle_path, name):
    _rewrite(bundle_path, files={name: {"sha256": "0" * 64, "bytes": 1}})
    with pytest.raises(BundleAltered, match="outside its folder"):
        ModelBundle.load(bundle_path)


def test_a_file_the_card_does_not_name_is_never_given(bundle_path):
    (bundle_path / "planted.onnx").write_bytes(b"x")
    with pytest.raises(BundleMissing, match=r"planted\.onnx"):
        ModelBundle.load(bundle_path).path("planted.onnx")


def test_equal_bundles_have_equal_cards(tmp_path):
    one, other = (ModelBundle.load(tiny_bundle(tmp_path / name)) for name in ("one", "other"))
    assert one.card_sha256 == other.card_sha256
