"""An evaluation folder: every figure, table and plot of one model on one set."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifier.inference import metrics
from classifier.inference.calibrate import ece, negative_log_likelihood, softmax
from classifier.inference.types import Rgb
from training.atomic import whole_file, whole_folder, write_json

from . import figures, grids
from .predictions import Predictions

EVALUATION = "evaluation.json"


def measure(found: Predictions) -> dict[str, Any]:
    """Every figure of a set of predictions, JSON-ready.

    Accuracy and macro-F1 with intervals from a bootstrap over groups (originals), never over images; calibration before
    and after the temperature; what *unidentified* costs and buys with the thresholds given.
    """
    truth, predicted, right = found.truth, found.predicted, found.right
    classes = len(found.labels)

    def drawn_f1(rows: Any) -> float:
        return metrics.macro_f1(metrics.confusion_matrix(truth[rows], predicted[rows], classes))

    kept = found.identified
    before = softmax(found.logits, 1.0).max(axis=1)
    return {
        **metrics.summary(truth, predicted, found.labels),
        "per_class_ci95": metrics.per_class_intervals(found.groups, truth, predicted, found.labels),
        "macro_f1_ci95": list(metrics.bootstrap_interval(found.groups, drawn_f1, rounds=500)),
        "groups": metrics.by_group(found.groups, truth, predicted, found.probabilities),
        "calibration": {
            "temperature": found.temperature,
            "ece_before": ece(before, right),
            "ece_after": ece(found.scores, right),
            "nll_before": negative_log_likelihood(found.logits, truth),
            "nll_after": negative_log_likelihood(found.logits, truth, found.temperature),
        },
        "unidentified": {
            "thresholds": found.thresholds or {},
            "share": float(1 - kept.mean()),
            "accuracy_of_identified": float(right[kept].mean()) if kept.any() else None,
            "accuracy_of_identified_ci95": list(metrics.wilson_interval(int(right[kept].sum()), int(kept.sum()))),
        },
    }


def write_evaluation(
    found: Predictions,
    out: Path | str,
    *,
    images: Rgb | None = None,
    history: Sequence[Mapping[str, Any]] = (),
    facts: Mapping[str, Any] | None = None,
    replace: bool = True,
) -> dict[str, Any]:
    """Write the evaluation folder `out` in one step and give what evaluation.json holds.

    Files: evaluation.json, predictions.csv, classification_report.csv, confusion.png, roc.png, precision_recall.png,
    reliability.png, coverage.png; mistakes.png and examples.png with `images` (N, S, S, 3); training.png with the
    run's `history`. `facts` (model, data, date) are copied into the JSON.
    """
    result = {**(facts or {}), **measure(found)}
    with whole_folder(out, replace=replace) as folder:
        found.write(folder / "predictions.csv")
        write_classification_report(result, folder / "classification_report.csv")
        figures.draw_confusion(found, folder / "confusion.png")
        figures.draw_reliability(found, folder / "reliability.png")
        figures.draw_coverage(found, folder / "coverage.png")
        result["areas"] = figures.draw_curves_per_class(found, folder / "roc.png", folder / "precision_recall.png")
        if images is not None:
            result["mistakes"] = grids.draw_mistakes(found, images, folder / "mistakes.png")
            grids.draw_examples(found, images, folder / "examples.png")
        if history:
            figures.draw_training(history, folder / "training.png")
        write_json(folder / EVALUATION, result)
    return result


def write_classification_report(result: Mapping[str, Any], path: Path) -> None:
    """classification_report.csv: one row per class with 95 % intervals, then accuracy, macro and weighted means.

    `result` holds `per_class`, `per_class_ci95` and `accuracy`.
    """
    table: Mapping[str, Mapping[str, float]] = result["per_class"]
    keys = ("precision", "recall", "f1")
    with whole_file(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        ends = ("precision_from", "precision_to", "recall_from", "recall_to")
        rows.writerow(["class", *keys, "support", *ends])

        def write(name: str, values: Sequence[float], support: float, doubt: Sequence[float] = ()) -> None:
            rows.writerow(
                [name, *map(_four, values), int(support), *(map(_four, doubt) if doubt else [""] * len(ends))]
            )

        for label, line in table.items():
            doubt = result["per_class_ci95"][label]
            write(label, [line[key] for key in keys], line["support"], [*doubt["precision"], *doubt["recall"]])
        support = np.array([line["support"] for line in table.values()])
        values = np.array([[line[key] for key in keys] for line in table.values()])
        write("macro mean", values.mean(axis=0).tolist(), support.sum())
        write("weighted mean", (values * support[:, None]).sum(axis=0) / max(support.sum(), 1), support.sum())
        write("accuracy", [result["accuracy"]] * 3, support.sum())


def _four(value: float) -> str:
    return f"{value:.4f}"
