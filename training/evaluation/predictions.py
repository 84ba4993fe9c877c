"""What a model said of each image, kept as a table that every figure is computed from."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.inference.calibrate import softmax
from classifier.inference.types import Floats
from training.atomic import whole_file
from training.errors import BadData

_LOGIT = "logit_"


@dataclass(frozen=True)
class Predictions:
    """N images: `paths`, `groups` (which original each came from), `truth` (N,) class indices, `logits` (N, C).

    `temperature` divides the logits; `thresholds` is the least score per class for a label to stand; `known` (N,) is
    False where the image is too unlike the training cells.
    """

    labels: tuple[str, ...]
    paths: tuple[str, ...]
    groups: tuple[str, ...]
    truth: NDArray[np.int64]
    logits: Floats
    temperature: float = 1.0
    thresholds: dict[str, float] | None = None
    known: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        """Refuse columns of different lengths and an empty table."""
        lengths = {len(self.paths), len(self.groups), len(self.truth), len(self.logits)}
        if len(lengths) != 1 or self.logits.shape[1:] != (len(self.labels),):
            message = f"Predictions of different lengths: {sorted(lengths)}, logits {self.logits.shape}."
            raise BadData(message)
        if not len(self.paths):
            message = "There is no image to evaluate."
            raise BadData(message)

    @property
    def probabilities(self) -> Floats:
        """Calibrated probabilities (N, C)."""
        return softmax(self.logits, self.temperature)

    @property
    def predicted(self) -> NDArray[np.int64]:
        """Index of the best class, (N,)."""
        best: NDArray[np.int64] = self.logits.argmax(axis=1).astype(np.int64)
        return best

    @property
    def scores(self) -> Floats:
        """Calibrated probability of the best class, (N,)."""
        best: Floats = self.probabilities.max(axis=1)
        return best

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether the best class is the true one, (N,)."""
        hits: NDArray[np.bool_] = self.predicted == self.truth
        return hits

    @property
    def identified(self) -> NDArray[np.bool_]:
        """Whether the label stands: score at its class's threshold or above, and not too novel, (N,)."""
        least = np.array([(self.thresholds or {}).get(label, 0.0) for label in self.labels])
        stands: NDArray[np.bool_] = self.scores >= least[self.predicted]
        return stands if self.known is None else stands & self.known

    def write(self, path: Path | str) -> None:
        """Write predictions.csv: path, group, label, predicted, score, identified, every probability and every logit."""
        probabilities, scores, identified = self.probabilities, self.scores, self.identified
        with whole_file(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
            table = csv.writer(stream, lineterminator="\n")
            table.writerow(
                ["path", "group", "label", "predicted", "score", "identified"]
                + list(self.labels)
                + [_LOGIT + label for label in self.labels]
            )
            for row, (file, group) in enumerate(zip(self.paths, self.groups, strict=True)):
                table.writerow(
                    [file, group, self.labels[self.truth[row]], self.labels[self.predicted[row]]]
                    + [f"{scores[row]:.6f}", int(identified[row])]
                    + [f"{value:.6f}" for value in probabilities[row]]
                    + [f"{value:.5f}" for value in self.logits[row]]
                )


def read_predictions(path: Path | str, *, temperature: float = 1.0) -> Predictions:
    """Read what `Predictions.write` wrote; raises BadData naming the file when a column is missing."""
    path = Path(path)
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        message = f"{path} cannot be read: {error}"
        raise BadData(message) from error
    columns: Sequence[str] = list(rows[0]) if rows else []
    labels = tuple(name.removeprefix(_LOGIT) for name in columns if name.startswith(_LOGIT))
    if not labels or not {"path", "group", "label"} <= set(columns):
        message = f"{path} is no table of predictions: it has no path, group, label or logit columns."
        raise BadData(message)
    try:
        truth = np.array([labels.index(row["label"]) for row in rows], np.int64)
        logits = np.array([[float(row[_LOGIT + label]) for label in labels] for row in rows], np.float32)
    except ValueError as error:
        message = f"{path} holds a label or a number that cannot be read: {error}"
        raise BadData(message) from error
    return Predictions(
        labels=labels,
        paths=tuple(row["path"] for row in rows),
        groups=tuple(row["group"] for row in rows),
        truth=truth,
        logits=logits,
        temperature=temperature,
    )
