import csv
import json

import numpy as np
import pytest

from training.errors import BadData
from training.evaluation.predictions import Predictions, read_predictions
from training.evaluation.report import measure, write_evaluation

LABELS = ("eosinophil", "lymphocyte", "platelet")


@pytest.fixture
def found():
    """Sixty images of twenty originals; the first three are wrong, and sure of it."""
    truth = np.arange(60) % 3
    logits = np.full((60, 3), 0.0, np.float32)
    logits[np.arange(60), truth] = 3.0
    logits[:3] = [[0, 6, 0], [6, 0, 0], [6, 0, 0]]
    return Predictions(
        labels=LABELS,
        paths=tuple(f"{n}.png" for n in range(60)),
        groups=tuple(f"original{n % 3}-{n // 9}" for n in range(60)),
        truth=truth.astype(np.int64),
        logits=logits,
        temperature=1.5,
        thresholds={"eosinophil": 0.5, "lymphocyte": 0.99, "platelet": 0.5},
    )


def test_every_figure_and_plot_is_written(found, tmp_path):
    images = np.zeros((60, 32, 32, 3), np.uint8)
    history = [
        {"epoch": n, "loss": 1 / (n + 1), "val_loss": 1.0, "accuracy": 0.5, "val_accuracy": 0.5} for n in range(3)
    ]
    write_evaluation(found, tmp_path / "e", images=images, history=history, facts={"model": "m 1"})
    assert {path.name for path in (tmp_path / "e").iterdir()} == {
        "evaluation.json", "predictions.csv", "classification_report.csv", "confusion.png", "roc.png",
        "precision_recall.png", "reliability.png", "coverage.png", "mistakes.png", "examples.png", "training.png",
    }  # fmt: skip
    result = json.loads((tmp_path / "e/evaluation.json").read_text())
    assert (result["model"], result["n"], result["accuracy"], result["mistakes"]) == ("m 1", 60, 0.95, 3)


def test_the_interval_is_over_originals(found):
    result = measure(found)
    assert result["groups"]["n"] == len(set(found.groups))
    low, high = result["groups"]["image_accuracy_ci95"]
    assert low < 0.95 <= high


def test_unidentified_cells_are_those_under_the_threshold_of_their_class(found):
    left = measure(found)["unidentified"]
    sure = found.scores >= 0.99
    expected = np.mean((found.predicted == 1) & ~sure)
    assert left["share"] == pytest.approx(expected)


def test_the_report_agrees_with_scikit_learn(found, tmp_path):
    from sklearn.metrics import precision_recall_fscore_support

    write_evaluation(found, tmp_path / "e")
    with (tmp_path / "e/classification_report.csv").open() as stream:
        rows = {row["class"]: row for row in csv.DictReader(stream)}
    precision, recall, f1, support = precision_recall_fscore_support(found.truth, found.predicted)
    for index, label in enumerate(LABELS):
        assert float(rows[label]["precision"]) == pytest.approx(precision[index], abs=1e-4)
        assert float(rows[label]["recall"]) == pytest.approx(recall[index], abs=1e-4)
        assert float(rows[label]["f1"]) == pytest.approx(f1[index], abs=1e-4)
        assert int(rows[label]["support"]) == support[index]


def test_every_class_of_the_report_has_its_intervals(found, tmp_path):
    result = write_evaluation(found, tmp_path / "e")
    with (tmp_path / "e/classification_report.csv").open() as stream:
        rows = {row["class"]: row for row in csv.DictReader(stream)}
    for label in LABELS:
        for figure in ("precision", "recall"):
            low, value, high = (float(rows[label][f"{figure}{end}"]) for end in ("_from", "", "_to"))
            assert low < high
            assert low <= value <= high
            assert result["per_class_ci95"][label][figure] == pytest.approx([low, high], abs=1e-4)
    assert rows["macro mean"]["recall_from"] == ""


def test_predictions_are_read_back(found, tmp_path):
    found.write(tmp_path / "predictions.csv")
    again = read_predictions(tmp_path / "predictions.csv", temperature=1.5)
    assert again.paths == found.paths
    assert again.groups == found.groups
    np.testing.assert_allclose(again.probabilities, found.probabilities, atol=1e-5)


def test_every_probability_is_a_column(found, tmp_path):
    found.write(tmp_path / "predictions.csv")
    with (tmp_path / "predictions.csv").open() as stream:
        row = next(csv.DictReader(stream))
    assert sum(float(row[label]) for label in LABELS) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("text", ["", "path,label\na,b\n", "path,group,label,logit_a\nx,y,z,1\n"])
def test_a_table_that_holds_no_predictions_is_refused(tmp_path, text):
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(BadData, match=r"p\.csv"):
        read_predictions(tmp_path / "p.csv")


def test_an_evaluation_replaces_the_one_before(found, tmp_path):
    write_evaluation(found, tmp_path / "e")
    (tmp_path / "e" / "stray.txt").write_text("old")
    write_evaluation(found, tmp_path / "e")
    assert not (tmp_path / "e" / "stray.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["e"]
