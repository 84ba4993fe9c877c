"""How good predictions are, with intervals. Pure numpy and scipy; used by `evaluate` and by training."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

Ints = npt.NDArray[np.int64]


def wilson_interval(successes: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Score interval of a share (Wilson 1927); (0, 1) of nothing."""
    return _interval(successes, total, confidence, "wilson")


def clopper_pearson_interval(successes: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact interval of a share (Clopper & Pearson 1934; Rümke's table in haematology); (0, 1) of nothing."""
    return _interval(successes, total, confidence, "exact")


def _interval(successes: int, total: int, confidence: float, method: str) -> tuple[float, float]:
    if total == 0:
        return 0.0, 1.0
    low, high = binomtest(successes, total).proportion_ci(confidence_level=confidence, method=method)
    return float(low), float(high)


def confusion_matrix(truth: npt.ArrayLike, predicted: npt.ArrayLike, classes: int) -> Ints:
    """Counts (C, C): row is the true class, column the predicted one."""
    flat = np.asarray(truth, np.int64) * classes + np.asarray(predicted, np.int64)
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def per_class(confusion: Ints, labels: Sequence[str]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1, support and predicted count of every class that occurs as truth or as prediction."""
    table = {}
    for c, label in enumerate(labels):
        support, claimed, hits = int(confusion[c].sum()), int(confusion[:, c].sum()), int(confusion[c, c])
        if support or claimed:
            table[label] = {
                "precision": hits / claimed if claimed else 0.0,
                "recall": hits / support if support else 0.0,
                "f1": 2 * hits / (support + claimed),
                "support": support,
                "predicted": claimed,
            }
    return table


def per_class_intervals(
    groups: Sequence[Hashable], truth: npt.ArrayLike, predicted: npt.ArrayLike, labels: Sequence[str]
) -> dict[str, dict[str, list[float]]]:
    """Wilson intervals of precision and recall of every class that occurs as truth or as prediction.

    Counted in groups, so that ten copies of one original weigh as one cell: the share is that of the images, its n the
    number of groups they come from. A bootstrap would claim no doubt at all where a small class is all right.
    """
    truths, guesses = np.asarray(truth), np.asarray(predicted)
    hits = truths == guesses

    def interval(chosen: npt.NDArray[np.bool_]) -> list[float]:
        total = len({group for group, here in zip(groups, chosen, strict=True) if here})
        return list(wilson_interval(round(float(hits[chosen].mean()) * total) if total else 0, total))

    return {
        label: {"precision": interval(guesses == c), "recall": interval(truths == c)}
        for c, label in enumerate(labels)
        if c in truths or c in guesses
    }


def macro_f1(confusion: Ints) -> float:
    """Mean F1 over classes that occur as truth or as prediction (as scikit-learn averages); 0.0 with none."""
    support, claimed, hits = confusion.sum(axis=1), confusion.sum(axis=0), np.diag(confusion)
    seen = (support + claimed) > 0
    return float((2 * hits[seen] / (support + claimed)[seen]).mean()) if seen.any() else 0.0


def coverage_curve(scores: npt.ArrayLike, correct: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], ...]:
    """(threshold, coverage, accuracy of what is kept), one point per cell, best score first."""
    values, right = np.asarray(scores, np.float64), np.asarray(correct, np.float64)
    order = np.argsort(-values, kind="stable")
    kept = np.arange(1, len(order) + 1)
    return values[order], kept / max(1, len(order)), np.cumsum(right[order]) / kept


def majority(predicted: Sequence[int], weights: npt.NDArray[np.floating[Any]]) -> int:
    """The class most images of one group were given; a tie goes to the class with the higher summed probability.

    `predicted` (N,) class indices, `weights` (N, C) probabilities.
    """
    votes = np.bincount(np.asarray(predicted, np.int64), minlength=weights.shape[1]).astype(np.float64)
    tied = votes == votes.max()
    return int(np.where(tied, weights.sum(axis=0), -np.inf).argmax())


def bootstrap_interval(
    groups: Sequence[Hashable],
    statistic: Callable[[Ints], float],
    *,
    rounds: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of `statistic(row indices)` when whole groups are drawn again with replacement.

    Images of one group (copies of one original) are not independent, so rows are never drawn singly.
    """
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    if not numbers:
        return 0.0, 1.0
    of_row = np.array([numbers[group] for group in groups])
    order = np.argsort(of_row, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(of_row))[:-1])
    rng = np.random.default_rng(seed)
    values = [
        statistic(np.concatenate([members[g] for g in rng.integers(0, len(members), len(members))]))
        for _ in range(rounds)
    ]
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def by_group(
    groups: Sequence[Hashable],
    truth: npt.ArrayLike,
    predicted: npt.ArrayLike,
    probabilities: npt.NDArray[np.floating[Any]],
) -> dict[str, Any]:
    """One vote per group of images of the same cell: n groups, how many right, accuracy and its bootstrap interval.

    Also `image_accuracy_ci95`, the interval of the per-image accuracy with groups drawn again.
    """
    truths, guesses = np.asarray(truth), np.asarray(predicted)
    rows: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        rows.setdefault(group, []).append(row)
    right = np.array(
        [
            majority(guesses[members].tolist(), probabilities[members])
            == int(np.bincount(truths[members].astype(np.int64)).argmax())
            for members in rows.values()
        ],
        bool,
    )
    hits = guesses == truths
    return {
        "n": len(rows),
        "right": int(right.sum()),
        "accuracy": float(right.mean()) if len(right) else 0.0,
        "ci95": list(bootstrap_interval(range(len(right)), lambda drawn: float(right[drawn].mean()))),
        "exact_ci95": list(clopper_pearson_interval(int(right.sum()), len(right))),
        "image_accuracy_ci95": list(bootstrap_interval(groups, lambda drawn: float(hits[drawn].mean()))),
    }


def summary(
    truth: npt.ArrayLike,
    predicted: npt.ArrayLike,
    labels: Sequence[str],
) -> Mapping[str, Any]:
    """n, accuracy with its Wilson interval, macro F1, per-class table and confusion matrix of class indices (N,)."""
    truths, guesses = np.asarray(truth), np.asarray(predicted)
    confusion = confusion_matrix(truths, guesses, len(labels))
    right, total = int((truths == guesses).sum()), len(truths)
    return {
        "n": total,
        "accuracy": right / total if total else 0.0,
        "accuracy_ci95": list(wilson_interval(right, total)),
        "macro_f1": macro_f1(confusion),
        "per_class": per_class(confusion, labels),
        "confusion": {"labels": list(labels), "matrix": confusion.tolist()},
    }
