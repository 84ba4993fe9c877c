"""metrics.json, predictions.csv and the plots of `manage.py evaluate`."""

import csv
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np

from classifier.inference import metrics
from classifier.inference.calibrate import ECE_BINS, ece, softmax
from classifier.inference.types import Rgb
from training.atomic import write_json
from training.datasets.source_image import SourceImage
from training.errors import BadData, NoSpace

from . import figures, grids
from .folder import FolderAnswers, facts_of
from .predictions import Predictions
from .report import write_classification_report

METRICS = "metrics.json"


def restrict(
    images: Sequence[SourceImage],
    answers: FolderAnswers,
    *,
    labels: Sequence[str],
    allowed: Sequence[str],
    groups: Sequence[str] | None,
    temperature: float,
) -> Predictions:
    """The answers as predictions over the classes `allowed`: the best of them, probabilities that add to 1 among them.

    *Unidentified* stays the service's own decision over all `labels`. Raises BadData when an image's class is not
    allowed.
    """
    outside = sorted({image.label for image in images} - set(allowed))
    if outside:
        raise BadData(
            f"The folder holds {', '.join(outside)}, which the restriction to {', '.join(allowed)} leaves out."
        )
    columns = [labels.index(label) for label in allowed]
    return Predictions(
        labels=tuple(allowed),
        paths=tuple(str(image.path) for image in images),
        groups=tuple(groups or [str(image.path) for image in images]),
        truth=np.array([list(allowed).index(image.label) for image in images], np.int64),
        logits=answers.logits[:, columns],
        temperature=temperature,
        known=answers.identified,
    )


def measure(found: Predictions, answers: FolderAnswers, *, grouped: bool) -> dict[str, Any]:
    """Every figure of metrics.json. With groups, intervals are bootstrapped over groups, never over images."""
    kept, right = answers.identified, found.right
    result: dict[str, Any] = {
        **metrics.summary(found.truth, found.predicted, found.labels),
        "per_class_ci95": metrics.per_class_intervals(found.groups, found.truth, found.predicted, found.labels),
        "accuracy_ci95_method": "Wilson over images",
        "ece": ece(found.scores, right),
        "ece_bins": ECE_BINS,
        "unidentified": {
            "share": float(1 - kept.mean()),
            "n": int((~kept).sum()),
            "accuracy_on_kept": float(right[kept].mean()) if kept.any() else None,
            "accuracy_on_kept_ci95": list(metrics.wilson_interval(int(right[kept].sum()), int(kept.sum()))),
        },
        **facts_of(answers),
    }
    if grouped:
        by_group = metrics.by_group(found.groups, found.truth, found.predicted, found.probabilities)
        result["accuracy_ci95"] = by_group.pop("image_accuracy_ci95")
        result["accuracy_ci95_method"] = "bootstrap over groups"
        result["by_group"] = by_group
    return result


def write_single_cell_evaluation(
    out: Path,
    found: Predictions,
    answers: FolderAnswers,
    *,
    labels: Sequence[str],
    result: Mapping[str, Any],
) -> list[Path]:
    """Write metrics.json, predictions.csv, classification_report.csv and the plots into `out`; gives their paths.

    `out` may hold other files, which stay; ours appear only after all of them were written. `labels` are all classes of
    the model. Raises NoSpace when the disk is full.
    """
    with ExitStack() as stack:
        try:
            out.mkdir(parents=True, exist_ok=True)
            draft = Path(stack.enter_context(TemporaryDirectory(prefix=".evaluation-", dir=out)))
            _fill(draft, found, answers, labels, result)
            return [path.replace(out / path.name) for path in sorted(draft.iterdir())]
        except OSError as error:
            raise NoSpace(f"The evaluation cannot be written to {out}: {error.strerror or error}.") from error


def _fill(
    folder: Path, found: Predictions, answers: FolderAnswers, labels: Sequence[str], result: Mapping[str, Any]
) -> None:
    _write_predictions(folder / "predictions.csv", found, answers, labels)
    write_classification_report(result, folder / "classification_report.csv")
    figures.draw_confusion(found, folder / "confusion.png")
    figures.draw_reliability(found, folder / "reliability.png")
    figures.draw_coverage(found, folder / "coverage.png")
    areas = figures.draw_curves_per_class(found, folder / "roc.png", folder / "precision_recall.png")
    crops = cast("Rgb", answers.crops)
    grids.draw_mistakes(found, crops, folder / "mistakes.png")
    grids.draw_examples(found, crops, folder / "examples.png")
    write_json(folder / METRICS, {**result, "areas": areas})


def _write_predictions(path: Path, found: Predictions, answers: FolderAnswers, labels: Sequence[str]) -> None:
    """One line an image: the label, what was predicted among the classes allowed and its score there, whether the
    service would leave it unidentified, and the probability of every class of the model.
    """
    probabilities = softmax(answers.logits, found.temperature)
    predicted, scores = found.predicted, found.scores
    with path.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["path", "group", "label", "predicted", "score", "unidentified", "located", "novelty", *labels])
        for row, (file, group) in enumerate(zip(found.paths, found.groups, strict=True)):
            novelty = "" if answers.novelty is None else f"{answers.novelty[row]:.4f}"
            table.writerow(
                [file, group, found.labels[found.truth[row]], found.labels[predicted[row]], f"{scores[row]:.6f}"]
                + [int(not answers.identified[row]), int(answers.detected[row]), novelty]
                + [f"{value:.6f}" for value in probabilities[row]]
            )


def as_table(result: Mapping[str, Any]) -> str:
    """What the command prints: a line per class, the confusion matrix, the totals with their intervals."""
    lines = [f"{'class':<22}{'precision':>10}{'recall':>9}{'F1':>8}{'n':>7}"]
    for label, line in result["per_class"].items():
        cells = f"{line['precision']:>10.4f}{line['recall']:>9.4f}{line['f1']:>8.4f}{line['support']:>7}"
        lines.append(f"{label:<22}{cells}")
    confusion = result["confusion"]
    shown = [i for i, label in enumerate(confusion["labels"]) if label in result["per_class"]]
    corner = "true / predicted"
    short = [confusion["labels"][i][:7] for i in shown]
    lines += ["", f"{corner:<22}" + "".join(f"{name:>9}" for name in short)]
    for i in shown:
        counts = "".join(f"{confusion['matrix'][i][j]:>9}" for j in shown)
        lines.append(f"{confusion['labels'][i]:<22}{counts}")
    unidentified, kept = result["unidentified"], result["unidentified"]["accuracy_on_kept"]
    accuracy = f"{result['accuracy']:.4f}  {_interval(result['accuracy_ci95'])}  n = {result['n']}"
    rest = "-" if kept is None else f"{kept:.4f}"
    lines += [
        "",
        f"accuracy      {accuracy}  ({result['accuracy_ci95_method']})",
        f"macro F1      {result['macro_f1']:.4f}",
        f"ECE           {result['ece']:.4f}  ({result['ece_bins']} bins)",
        f"unidentified  {unidentified['share']:.2%} of cells; accuracy on the rest {rest}",
        f"not detected  {result['n_not_located']} of {result['n']}",
        *(f"scale         {_scale(scale)}" for scale in result["scales"]),
    ]
    if "by_group" in result:
        group = result["by_group"]
        lines.append(
            f"by group      {group['accuracy']:.4f}  {_interval(group['ci95'])}  {group['right']} of {group['n']} originals"
        )
    return "\n".join(lines)


def _scale(scale: Mapping[str, Any]) -> str:
    images = f"{scale['um_per_px']:.4f} um/px for {scale['n']} images"
    if scale["source"] == "given":
        return f"{images}, given"
    return f"{images}, {scale['source']} of {scale['fields']} fields, give or take {scale['error']:.0%}"


def _interval(limits: Sequence[float]) -> str:
    return f"[{limits[0]:.4f}, {limits[1]:.4f}]"
