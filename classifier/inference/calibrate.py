"""From logits to probabilities that mean what they say, and from probabilities to a label or *unidentified*."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from classifier.inference.types import Floats

ECE_BINS = 15
_TEMPERATURES = (0.05, 20.0)
_TINY = 1e-12


def softmax(logits: npt.ArrayLike, temperature: float = 1.0) -> Floats:
    """Probabilities (N, C) float32 of logits (N, C) divided by `temperature`."""
    scaled = np.asarray(logits, np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True, initial=-np.inf)
    powers = np.exp(scaled)
    result: Floats = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def negative_log_likelihood(logits: npt.ArrayLike, targets: npt.ArrayLike, temperature: float = 1.0) -> float:
    """Mean negative log-likelihood, nats, of class indices (N,) under logits (N, C)."""
    scaled = np.asarray(logits, np.float64) / temperature
    top = scaled.max(axis=1)
    normaliser = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
    chosen = scaled[np.arange(len(scaled)), np.asarray(targets)]
    return float((normaliser - chosen).mean())


def fit_temperature(logits: npt.ArrayLike, targets: npt.ArrayLike) -> float:
    """The temperature that minimises the negative log-likelihood on held-out cells (Guo et al. 2017), 0.05..20.

    `logits` (N, C), `targets` class indices (N,). Raises ValueError with no cells.
    """
    values, truth = np.asarray(logits, np.float64), np.asarray(targets)
    if not len(values):
        message = "A temperature cannot be fitted on no cells."
        raise ValueError(message)
    low, high = np.log(_TEMPERATURES)
    found = minimize_scalar(
        lambda log_t: negative_log_likelihood(values, truth, float(np.exp(log_t))),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return float(np.exp(found.x))


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """One bar of a reliability diagram: score range, cells in it, their mean score and the share that is right."""

    low: float
    high: float
    count: int
    score: float
    accuracy: float


def reliability(scores: npt.ArrayLike, correct: npt.ArrayLike, bins: int = ECE_BINS) -> list[ReliabilityBin]:
    """Bars of equal width over (0, 1] of best scores (N,) against right-or-wrong (N,); empty bars are left out."""
    values, right = np.asarray(scores, np.float64), np.asarray(correct, np.float64)
    edges = np.linspace(0.0, 1.0, bins + 1)
    index = np.clip(np.ceil(values * bins).astype(int) - 1, 0, bins - 1)
    return [
        ReliabilityBin(
            low=float(edges[b]),
            high=float(edges[b + 1]),
            count=int((index == b).sum()),
            score=float(values[index == b].mean()),
            accuracy=float(right[index == b].mean()),
        )
        for b in range(bins)
        if (index == b).any()
    ]


def ece(scores: npt.ArrayLike, correct: npt.ArrayLike, bins: int = ECE_BINS) -> float:
    """Expected calibration error: mean |accuracy - score| over 15 equal-width bins of the best score, weighted by cells.

    (Naeini et al. 2015; Guo et al. 2017.) 0.0 with no cells.
    """
    bars = reliability(scores, correct, bins)
    total = sum(bar.count for bar in bars)
    return sum(bar.count * abs(bar.accuracy - bar.score) for bar in bars) / total if total else 0.0


def choose_thresholds(
    probabilities: npt.ArrayLike,
    targets: npt.ArrayLike,
    labels: Sequence[str],
    *,
    goal: float = 0.99,
    least: float = 0.0,
    fewest: int = 20,
    groups: Sequence[Hashable] | None = None,
) -> dict[str, float]:
    """Per predicted class, the lowest score at which the cells kept are right at least `goal` of the time.

    Chosen on validation cells: `probabilities` (N, C) calibrated, `targets` indices (N,). A class predicted fewer than
    `fewest` times takes the threshold all cells together need; a class that never reaches the goal keeps nothing below
    its best wrong score. Nothing goes under `least`. Cells of one of the `groups` (N,), as copies of one original are, count
    as one cell together.
    """
    table, truth = np.asarray(probabilities, np.float64), np.asarray(targets)
    predicted, scores = table.argmax(axis=1), table.max(axis=1)
    right, weights = predicted == truth, _one_a_group(groups, len(scores))
    overall = _lowest_score(scores, right, weights, goal) if len(scores) else least
    chosen = {}
    for c, label in enumerate(labels):
        mine = predicted == c
        enough = weights[mine].sum() >= fewest
        needed = _lowest_score(scores[mine], right[mine], weights[mine], goal) if enough else overall
        chosen[label] = round(max(least, needed), 6)
    return chosen


def _one_a_group(groups: Sequence[Hashable] | None, count: int) -> npt.NDArray[np.float64]:
    """Weights (N,) that add to 1 in every group; all 1 without groups."""
    if groups is None:
        return np.ones(count)
    sizes = Counter(groups)
    return np.array([1 / sizes[group] for group in groups])


def _lowest_score(
    scores: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64], goal: float
) -> float:
    order = np.argsort(-scores, kind="stable")
    kept_accuracy = np.cumsum((right * weights)[order]) / np.cumsum(weights[order])
    # Cells of equal scores are kept together or not at all.
    last_of_equals = np.append(np.diff(scores[order]) < 0, values=True)
    reached = np.flatnonzero((kept_accuracy >= goal) & last_of_equals)
    if len(reached) and reached[-1] == len(order) - 1:
        return 0.0
    if not len(reached):
        return float(min(1.0, scores[~right].max() + _TINY))
    # Between the last cell kept and the first one not: neither sits on the edge.
    last = reached[-1]
    return float((scores[order[last]] + scores[order[last + 1]]) / 2)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is said of one cell: index of the best class, its score, and whether that label stands."""

    best: int
    score: float
    identified: bool


def decide(
    probabilities: Floats,
    labels: Sequence[str],
    thresholds: Mapping[str, float],
    *,
    novelty: Floats | None = None,
    novelty_threshold: float | None = None,
    held_back: bool = False,
) -> list[Decision]:
    """Best class and whether it stands, for calibrated probabilities (N, C).

    A cell is identified when its score reaches the threshold of its class and its novelty (N,) does not exceed the
    novelty threshold; without a novelty score only the first counts. `held_back` leaves every cell unidentified:
    its image is not fit for names (`types.Quality.held_back` says why).
    """
    best = probabilities.argmax(axis=1)
    decisions = []
    for row, winner in enumerate(best):
        score = float(probabilities[row, winner])
        sure = score >= thresholds.get(labels[winner], 0.0)
        known = novelty is None or novelty_threshold is None or float(novelty[row]) <= novelty_threshold
        decisions.append(Decision(best=int(winner), score=score, identified=bool(sure and known and not held_back)))
    return decisions
