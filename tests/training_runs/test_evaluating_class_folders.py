"""`manage.py evaluate`: class-named folders in, metrics.json, predictions.csv and plots out, no database."""

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from classifier.inference.synthetic import draw_cell_image
from tests.factories.bundle import tiny_bundle

FOLDERS = {"NEUTROPHIL": "neutrophil", "Monocytes": "monocyte", "ig": "immature_granulocyte"}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_bundle(tmp_path_factory.mktemp("evaluate") / "model")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    root = tmp_path_factory.mktemp("drawn")
    for number, (folder, label) in enumerate(FOLDERS.items()):
        (root / folder).mkdir()
        for seed in range(4):
            rgb = draw_cell_image(label, 10 * number + seed, 240)
            Image.fromarray(rgb).save(root / folder / f"{label}_{seed}.png", compress_level=1)
    return root


def _evaluate(*arguments, model):
    out = io.StringIO()
    call_command("evaluate", *map(str, arguments), "--model", str(model), stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture(scope="module")
def evaluated(drawn, model, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    (out / "kept.txt").write_text("somebody's file")
    return out, _evaluate(drawn, "--out", out, model=model)


def test_metrics_hold_every_figure(evaluated):
    metrics = json.loads((evaluated[0] / "metrics.json").read_text())
    assert metrics["n"] == 12
    assert metrics["accuracy"] >= 0.8
    low, high = metrics["accuracy_ci95"]
    assert low < metrics["accuracy"] <= high
    assert set(FOLDERS.values()) <= metrics["per_class"].keys()
    assert sum(map(sum, metrics["confusion"]["matrix"])) == 12
    assert 0 <= metrics["ece"] <= 1
    assert metrics["n_not_located"] == 0
    assert set(metrics["unidentified"]) >= {"share", "accuracy_on_kept"}
    assert "by_group" not in metrics


def test_predictions_have_a_line_per_image(evaluated):
    rows = list(csv.DictReader((evaluated[0] / "predictions.csv").read_text().splitlines()))
    assert len(rows) == 12
    for row in rows:
        probabilities = {label: float(row[label]) for label in list(row)[8:]}
        assert len(probabilities) == 8
        assert sum(probabilities.values()) == pytest.approx(1, abs=1e-4)
        assert row["predicted"] == max(probabilities, key=probabilities.get)
        assert float(row["score"]) == pytest.approx(max(probabilities.values()), abs=1e-5)
        assert row["unidentified"] in {"0", "1"}


def test_the_table_and_the_metrics_agree(evaluated):
    metrics = json.loads((evaluated[0] / "metrics.json").read_text())
    assert f"{metrics['accuracy']:.4f}" in evaluated[1]
    assert "immature_granulocyte" in evaluated[1]


def test_the_plots_of_an_evaluation_are_drawn(evaluated):
    for name in ("confusion", "reliability", "mistakes", "coverage"):
        with Image.open(evaluated[0] / f"{name}.png") as image:
            assert min(image.size) > 30


def test_other_files_of_the_folder_stay_and_no_draft_is_left(evaluated):
    names = {path.name for path in evaluated[0].iterdir()}
    assert "kept.txt" in names
    assert not [name for name in names if name.startswith(".")]


def test_restriction_allows_only_the_classes_named(drawn, model, tmp_path):
    _evaluate(drawn, "--restrict", "neutrophils,MONOCYTE,ig", "--out", tmp_path, model=model)
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["confusion"]["labels"] == ["neutrophil", "monocyte", "immature_granulocyte"]
    rows = list(csv.DictReader((tmp_path / "predictions.csv").read_text().splitlines()))
    assert {row["predicted"] for row in rows} <= set(FOLDERS.values())


def test_groups_vote_and_give_an_interval(drawn, model, tmp_path):
    table = tmp_path / "groups.csv"
    lines = ["split,label,file,original"]
    lines += [
        f"TEST,{label.upper()},{label}_{seed}.png,{label}-original-{seed // 2}"
        for label in FOLDERS.values()
        for seed in range(4)
    ]
    table.write_text("\n".join(lines) + "\n")
    said = _evaluate(drawn, "--groups", table, "--out", tmp_path / "out", model=model)
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["by_group"]["n"] == 6
    low, high = metrics["by_group"]["ci95"]
    assert low <= metrics["by_group"]["accuracy"] <= high
    assert metrics["accuracy_ci95_method"] == "bootstrap over groups"
    assert "of 6 originals" in said


def test_an_evaluation_takes_the_scale_it_is_given(drawn, model, tmp_path):
    said = _evaluate(drawn, "--um-per-px", "0.1", "--limit", "3", "--out", tmp_path, model=model)
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["scales"] == [{"um_per_px": 0.1, "source": "given", "n": 3, "fields": 0, "error": None}]
    assert "0.1000 um/px for 3 images, given" in said
    assert {line["support"] for line in metrics["per_class"].values() if line["support"]} == {1}


def test_images_without_a_cell_are_counted_and_still_classified(model, tmp_path):
    (tmp_path / "set" / "platelet").mkdir(parents=True)
    Image.new("RGB", (120, 120), (230, 220, 210)).save(tmp_path / "set" / "platelet" / "blank.png")
    _evaluate(tmp_path / "set", "--um-per-px", "0.1", "--out", tmp_path / "out", model=model)
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert (metrics["n"], metrics["n_not_located"]) == (1, 1)


def test_an_evaluation_says_what_its_scale_was_read_off(evaluated):
    (scale,) = json.loads((evaluated[0] / "metrics.json").read_text())["scales"]
    assert scale["source"] in {"red cells", "white cells"}
    assert (scale["n"], 0 < scale["fields"] <= 12, 0 < scale["error"] < 0.15) == (12, True, True)
    assert f"{scale['source']} of {scale['fields']} fields" in evaluated[1]


def test_the_largest_cell_can_be_picked(drawn, model, tmp_path):
    _evaluate(drawn, "--pick", "largest", "--um-per-px", "0.1", "--limit", "3", "--out", tmp_path, model=model)
    assert json.loads((tmp_path / "metrics.json").read_text())["pick"] == "largest"


def _refused(*arguments, model, tmp_path, match):
    with pytest.raises(CommandError, match=match):
        _evaluate(*arguments, "--out", tmp_path / "out", model=model)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_an_unknown_class_is_named(model, tmp_path):
    (tmp_path / "set" / "cats").mkdir(parents=True)
    Image.new("RGB", (64, 64)).save(tmp_path / "set" / "cats" / "1.png")
    _refused(tmp_path / "set", model=model, tmp_path=tmp_path, match="cats")


def test_an_unreadable_image_is_named(model, tmp_path):
    (tmp_path / "set" / "monocyte").mkdir(parents=True)
    (tmp_path / "set" / "monocyte" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    _refused(tmp_path / "set", model=model, tmp_path=tmp_path, match=r"broken\.png")


def test_a_scale_that_cannot_be_measured_is_asked_for(model, tmp_path):
    (tmp_path / "set" / "platelet").mkdir(parents=True)
    Image.new("RGB", (120, 120), (230, 220, 210)).save(tmp_path / "set" / "platelet" / "blank.png")
    _refused(tmp_path / "set", model=model, tmp_path=tmp_path, match="120x120 px is not known.*--um-per-px")


def test_a_missing_or_empty_folder_is_named(model, tmp_path):
    _refused(tmp_path / "nowhere", model=model, tmp_path=tmp_path, match="nowhere")
    (tmp_path / "empty").mkdir()
    _refused(tmp_path / "empty", model=model, tmp_path=tmp_path, match="empty")


def test_official_parts_are_not_mixed(model, tmp_path):
    for part in ("TRAIN", "TEST"):
        (tmp_path / "set" / part / "MONOCYTE").mkdir(parents=True)
        Image.new("RGB", (64, 64)).save(tmp_path / "set" / part / "MONOCYTE" / "1.png")
    _refused(tmp_path / "set", model=model, tmp_path=tmp_path, match="Evaluate one of them")


def test_a_restriction_that_leaves_out_a_folder_is_refused(drawn, model, tmp_path):
    _refused(drawn, "--restrict", "neutrophil", model=model, tmp_path=tmp_path, match="leaves out")


def test_a_restriction_to_no_class_is_refused(drawn, model, tmp_path):
    _refused(drawn, "--restrict", "blast", model=model, tmp_path=tmp_path, match="blast")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("a,b\n1,2\n", "needs the columns"),
        ("label,file,original\nMONOCYTE,other.png,x\n", "names none of the images"),
        ("split,label,file,original\nA,MONOCYTE,monocyte_0.png,x\nB,MONOCYTE,monocyte_0.png,y\n", "several originals"),
    ],
)
def test_groups_that_do_not_fit_are_refused(drawn, model, tmp_path, content, match):
    (tmp_path / "groups.csv").write_text(content)
    _refused(drawn, "--groups", tmp_path / "groups.csv", "--limit", "12", model=model, tmp_path=tmp_path, match=match)


def test_the_last_line_on_a_file_counts_in_a_groups_table_without_splits(drawn, model, tmp_path):
    lines = [
        "label,file,original",
        "MONOCYTE,monocyte_0.png,x",
        "MONOCYTE,monocyte_0.png,of-1",
        "MONOCYTE,monocyte_1.png,of-1",
    ]
    (tmp_path / "groups.csv").write_text("\n".join(lines) + "\n")
    said = _evaluate(drawn, "--groups", tmp_path / "groups.csv", "--out", tmp_path / "out", model=model)
    assert "of 11 originals" in said
