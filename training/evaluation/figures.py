"""The figures of an evaluation as PNG files. Drawn on plain Figure objects, so no display and no global state."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier.inference.calibrate import ece, reliability, softmax
from classifier.inference.metrics import confusion_matrix, coverage_curve
from training.atomic import whole_file

from .predictions import Predictions

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito's palette, told apart with every common form of colour blindness.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#B8A100")
INK, GRID = "#1F2933", "#D9DEE4"


def new_figure(width: float, height: float, *, rows: int = 1, columns: int = 1) -> tuple["Figure", list["Axes"]]:
    """A figure in inches and its axes in reading order, with light grids and no box."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", dpi=130)
    axes = list(np.ravel(figure.subplots(rows, columns, squeeze=False)))
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(color=GRID, linewidth=0.6)
        axis.set_axisbelow(True)
        axis.tick_params(colors=INK, labelsize=8)
    return figure, axes


def save(figure: "Figure", path: Path | str) -> None:
    """Write a PNG in one step; no clock inside, so the same figure gives the same bytes."""
    with whole_file(path) as draft:
        figure.savefig(draft, format="png", metadata={"Software": None})


def readable(label: str) -> str:
    """A class code as people write it."""
    return label.replace("_", " ")


def draw_confusion(found: Predictions, path: Path | str) -> None:
    """Confusion matrix, row = truth: counts, coloured by the share of the row."""
    matrix = confusion_matrix(found.truth, found.predicted, len(found.labels))
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    side = 1.8 + 0.62 * len(found.labels)
    figure, (axis,) = new_figure(side + 1.2, side)
    axis.grid(visible=False)
    axis.imshow(share, cmap="Blues", vmin=0, vmax=1)
    names = [readable(label) for label in found.labels]
    axis.set_xticks(range(len(names)), names, rotation=40, ha="right")
    axis.set_yticks(range(len(names)), names)
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            colour = "white" if share[row, column] > 0.55 else INK
            axis.text(column, row, str(count), ha="center", va="center", fontsize=8, color=colour)
    axis.set_xlabel("predicted")
    axis.set_ylabel("true")
    axis.set_title(f"Confusion, {matrix.sum():,} cells", loc="left", fontsize=10)
    save(figure, path)


def draw_reliability(found: Predictions, path: Path | str) -> None:
    """Score against accuracy before and after the temperature, with the expected calibration error of both."""
    figure, (axis,) = new_figure(5.2, 4.6)
    axis.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=":")
    for name, temperature, colour, marker in (
        ("before", 1.0, PALETTE[1], "o"),
        (f"after, T = {found.temperature:.3f}", found.temperature, PALETTE[0], "s"),
    ):
        scores = softmax(found.logits, temperature).max(axis=1)
        bars = reliability(scores, found.right)
        axis.plot(
            [bar.score for bar in bars],
            [bar.accuracy for bar in bars],
            color=colour,
            marker=marker,
            markersize=4,
            linewidth=1.2,
            label=f"{name}: ECE {ece(scores, found.right):.4f}",
        )
    axis.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="mean score", ylabel="share that is right")
    axis.set_title("Reliability", loc="left", fontsize=10)
    axis.legend(frameon=False, fontsize=8, loc="upper left")
    save(figure, path)


def draw_curves_per_class(found: Predictions, roc_path: Path | str, pr_path: Path | str) -> dict[str, dict[str, float]]:
    """ROC and precision-recall, one class against the rest; gives the area and the average precision per class.

    Classes without both a positive and a negative image are left out.
    """
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

    roc, (roc_axis,) = new_figure(5.6, 4.8)
    pr, (pr_axis,) = new_figure(5.6, 4.8)
    areas: dict[str, dict[str, float]] = {}
    for index, label in enumerate(found.labels):
        positive, score = found.truth == index, found.probabilities[:, index]
        if positive.all() or not positive.any():
            continue
        area = float(roc_auc_score(positive, score))
        precision = float(average_precision_score(positive, score))
        areas[label] = {"roc_auc": area, "average_precision": precision}
        colour = PALETTE[index % len(PALETTE)]
        across, up, _ = roc_curve(positive, score)
        roc_axis.plot(across, up, color=colour, linewidth=1.3, label=f"{readable(label)} {area:.4f}")
        down, right, _ = precision_recall_curve(positive, score)
        pr_axis.plot(right, down, color=colour, linewidth=1.3, label=f"{readable(label)} {precision:.4f}")
    roc_axis.set(xlabel="1 - specificity", ylabel="sensitivity", xlim=(-0.01, 1), ylim=(0, 1.02))
    roc_axis.set_title("ROC per class, area", loc="left", fontsize=10)
    pr_axis.set(xlabel="recall", ylabel="precision", xlim=(0, 1.01), ylim=(0, 1.02))
    pr_axis.set_title("Precision and recall per class, average precision", loc="left", fontsize=10)
    for axis, figure, path in ((roc_axis, roc, roc_path), (pr_axis, pr, pr_path)):
        if areas:
            axis.legend(frameon=False, fontsize=8, loc="lower right" if axis is roc_axis else "lower left")
        save(figure, path)
    return areas


def draw_coverage(found: Predictions, path: Path | str) -> None:
    """Accuracy of the cells kept as the score asked for rises, and the point where the chosen thresholds lie."""
    _, coverage, accuracy = coverage_curve(found.scores, found.right)
    figure, (axis,) = new_figure(5.6, 4.2)
    axis.plot(coverage, accuracy, color=PALETTE[0], linewidth=1.4, label="one score for all classes")
    kept = found.identified
    if kept.any():
        point = kept.mean(), found.right[kept].mean()
        axis.plot(*point, "o", color=PALETTE[1], label=f"chosen thresholds: {point[0]:.1%} kept, {point[1]:.2%} right")
    axis.set(xlabel="share of cells that keep their label", ylabel="accuracy of those", xlim=(0, 1.01))
    axis.set_ylim(max(0.0, float(accuracy.min()) - 0.02), 1.002)
    axis.set_title("Coverage and accuracy", loc="left", fontsize=10)
    axis.legend(frameon=False, fontsize=8, loc="lower left")
    save(figure, path)


def draw_training(history: Sequence[Mapping[str, Any]], path: Path | str) -> None:
    """Loss and accuracy by epoch, training and validation, from the rows of a run's log."""
    figure, axes = new_figure(8.4, 3.6, columns=2)
    epochs = [float(row.get("epoch", index)) for index, row in enumerate(history)]
    for axis, key, title in ((axes[0], "loss", "Loss"), (axes[1], "accuracy", "Accuracy")):
        for name, colour, label in ((key, PALETTE[0], "training"), (f"val_{key}", PALETTE[1], "validation")):
            points = [
                (e, float(row[name])) for e, row in zip(epochs, history, strict=True) if row.get(name) not in {None, ""}
            ]
            if points:
                axis.plot(*zip(*points, strict=True), color=colour, linewidth=1.3, label=label)
        axis.set_xlabel("epoch")
        axis.set_title(title, loc="left", fontsize=10)
        if axis.lines:
            axis.legend(frameon=False, fontsize=8)
    save(figure, path)
