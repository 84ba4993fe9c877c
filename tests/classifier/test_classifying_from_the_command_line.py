"""`manage.py classify`: images in, JSON, CSV, a table or overlays out. These tests may not touch a database."""

import csv
import io
import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from classifier.inference.synthetic import draw_field
from tests.factories.bundle import tiny_bundle


@pytest.fixture
def model(tmp_path):
    return tiny_bundle(tmp_path / "model")


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    (folder / "deeper").mkdir(parents=True)
    for seed, name in enumerate(("one.png", "deeper/two.jpg"), start=1):
        rgb, _ = draw_field(seed=seed, cells=["neutrophil", "lymphocyte"], width=400, height=320)
        Image.fromarray(rgb).save(folder / name, quality=95)
    (folder / "notes.txt").write_text("not an image")
    return folder


def _classify(*arguments, model):
    out = io.StringIO()
    call_command("classify", *map(str, arguments), "--model", str(model), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_json_of_a_folder(images, model):
    told = json.loads(_classify(images, "--json", model=model))
    assert told["model"]["name"] == "tiny"
    assert sorted(image["path"] for image in told["images"]) == [
        str(images / "deeper" / "two.jpg"),
        str(images / "one.png"),
    ]
    for image in told["images"]:
        assert len(image["cells"]) == 2
        for cell in image["cells"]:
            assert len(cell["box"]) == 4
            assert sum(cell["probabilities"].values()) == pytest.approx(1, abs=1e-4)


def test_json_into_a_file(images, model, tmp_path):
    said = _classify(images / "one.png", "--json", tmp_path / "out.json", model=model)
    assert said == ""
    assert len(json.loads((tmp_path / "out.json").read_text())["images"]) == 1


def test_json_before_the_image_never_writes_over_it(images, model):
    before = (images / "one.png").read_bytes()
    told = json.loads(_classify("--json", images / "one.png", model=model))
    assert len(told["images"]) == 1
    assert (images / "one.png").read_bytes() == before


def test_csv_has_a_line_per_cell(images, model, tmp_path):
    _classify(images, "--csv", tmp_path / "cells.csv", model=model)
    rows = list(csv.DictReader((tmp_path / "cells.csv").read_text().splitlines()))
    assert len(rows) == 4
    assert {"path", "label", "score", "identified", "neutrophil", "platelet"} <= rows[0].keys()
    assert {row["scale_source"] for row in rows} <= {"red cells", "white cells"}
    assert all(float(row["um_per_px"]) > 0 for row in rows)


def test_a_picture_of_unknown_scale_is_told_how_to_give_it(tmp_path, model):
    alone = {"seed": 4, "cells": ["neutrophil"], "crowding": 0, "with_platelets": False}
    Image.fromarray(draw_field(**alone)[0]).save(tmp_path / "alone.png")
    said = _classify(tmp_path / "alone.png", model=model)
    assert "(white cells)" in said
    assert "give it with --um-per-px" in said
    assert "unidentified" in said
    assert "--um-per-px" not in _classify(tmp_path / "alone.png", "--um-per-px", "0.1", model=model)


def test_a_picture_without_cells_keeps_a_line(tmp_path, model):
    Image.fromarray(draw_field(seed=1, with_platelets=False)[0]).save(tmp_path / "empty.png")
    rows = list(csv.reader(io.StringIO(_classify(tmp_path / "empty.png", "--csv", model=model))))
    assert len(rows) == 2
    assert rows[1][2] == "0"
    assert len(rows[0]) == len(rows[1])
    assert "no white cells found" in _classify(tmp_path / "empty.png", model=model)


def test_overlays_draw_boxes_and_a_legend_beside_the_image(images, model, tmp_path):
    _classify(images, "--overlay", tmp_path / "shown", model=model)
    assert sorted(file.name for file in (tmp_path / "shown").iterdir()) == ["one.overlay.png", "two.overlay.png"]
    shown, field = (
        np.asarray(Image.open(file)) for file in (tmp_path / "shown" / "one.overlay.png", images / "one.png")
    )
    assert shown.shape[0] >= 320
    assert shown.shape[1] > 400 + 200
    changed = (shown[:320, :400] != field).any(axis=2)
    assert 0.005 < changed.mean() < 0.3


def test_overlays_of_equal_names_do_not_overwrite_each_other(images, model, tmp_path):
    (images / "deeper" / "two.jpg").rename(images / "deeper" / "one.jpg")
    _classify(images, "--overlay", tmp_path / "shown", model=model)
    assert len(list((tmp_path / "shown").iterdir())) == 2


def test_one_unreadable_image_is_named_and_the_others_are_classified(images, model, tmp_path):
    (images / "broken.png").write_bytes((images / "one.png").read_bytes()[:500])
    with pytest.raises(CommandError, match="1 of 3"):
        _classify(images, "--json", tmp_path / "out.json", model=model)
    told = json.loads((tmp_path / "out.json").read_text())
    assert len(told["images"]) == 2
    assert told["problems"][0]["path"].endswith("broken.png")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.png"], "no file or folder nowhere.png"),
        ([], "Name at least one"),
        (["--json"], "Name at least one"),
    ],
)
def test_nothing_to_classify_is_one_sentence(arguments, sentence, model):
    with pytest.raises(CommandError, match=sentence):
        _classify(*arguments, model=model)


def test_an_empty_folder_is_one_sentence(tmp_path, model):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match="no image in"):
        _classify(tmp_path / "empty", model=model)


def test_an_altered_model_is_one_sentence_and_nothing_is_written(images, model, tmp_path):
    (model / "model.int8.onnx").write_bytes(b"altered")
    with pytest.raises(CommandError, match=r"model\.int8\.onnx"):
        _classify(images, "--json", tmp_path / "out.json", "--overlay", tmp_path / "shown", model=model)
    assert not (tmp_path / "out.json").exists()
    assert not (tmp_path / "shown").exists()


def test_a_file_that_cannot_be_written_is_one_sentence(images, model, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        _classify(images, "--csv", tmp_path / "no" / "such" / "folder.csv", model=model)


def test_a_scale_that_is_none_is_one_sentence(images, model):
    with pytest.raises(CommandError, match="micrometres per pixel"):
        _classify(images, "--um-per-px", "-1", model=model)
