"""The decisions of a model, fitted again to labelled cells of one camera. Seeded by the cells' own groups: no chance in it."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from classifier.inference import novelty
from classifier.inference.calibrate import choose_thresholds, fit_temperature, negative_log_likelihood, softmax
from classifier.inference.head import Head

from .cells import LabelledCells, folds_by_group
from .decisions import Decisions
from .heads import Doubles, Span, Step, fit_step
from .replay import Replay, draw_replay

Fit = Literal["biases", "head"]

#: From so many cells the whole head is fitted, from fewer only a bias for each class.
FOR_A_HEAD = 25
#: A class with fewer cells keeps the parent's weights. Of 3 and 8, 8 costs LISC two points at 25 cells.
FOR_A_CLASS = 3
FOLDS = 5

_STRENGTHS: dict[Fit, tuple[float, ...]] = {"biases": (1e-2, 1e-1, 1.0), "head": (1e-3, 1e-2, 1e-1, 1.0)}
# So many cells weigh as much as the belief that the temperature is right as it is.
_PRIOR_CELLS = 20
# A name that is more likely wrong than right is no name, however few the cells that speak against it.
_LEAST_SCORE = 0.5
# The share of the camera's own cells that must not be held back as novel.
_KNOWN = 0.98


@dataclass(frozen=True)
class Fitted:
    """Decisions fitted to some cells: what was fitted, how strongly it was held back, which classes have own weights."""

    decisions: Decisions
    fit: Fit
    strength: float
    fitted_classes: tuple[str, ...]


def fit_for(cells: int) -> Fit:
    """What so many cells are enough for."""
    return "head" if cells >= FOR_A_HEAD else "biases"


def fit_decisions(cells: LabelledCells, parent: Decisions, fit: Fit | None = None) -> Fitted:
    """Head, temperature, novelty and, from 25 cells on, thresholds for the camera of `cells`, which are of two groups or more.

    `fit` is what their number is enough for, unless said otherwise. The strength that holds the head back is the one with the
    best likelihood of cells left out by group; temperature and thresholds come from the logits of those left-out cells too, as
    those of fitted cells would flatter. Classes that keep their weights are replayed as the parent knows them, so that the
    others do not claim their cells.
    """
    classes = len(parent.labels)
    fit = fit or fit_for(len(cells))
    columns = cells.counts(classes) >= (FOR_A_CLASS if fit == "head" else 1)
    replay = _replay(parent, cells, columns)
    # The parent's logits at its own temperature: one unit of step means the same for every model.
    head = Head(parent.head.kernel / parent.temperature, parent.head.bias / parent.temperature)
    views = cells.features.shape[1] if fit == "head" else 1
    flat = cells.features[:, :views].reshape(-1, cells.features.shape[2])
    seen = flat if replay is None else np.concatenate([flat, replay.features])
    span = Span.of(seen) if fit == "head" else Span(np.empty((flat.shape[1], 0)))
    start = head.logits(flat).astype(np.float64).reshape(len(cells), views, classes)
    coordinates = span.coordinates(flat).reshape(len(cells), views, -1)

    replayed = None
    if replay is not None:
        # Each cell stands in the fit with all its views.
        said = head.logits(replay.features).astype(np.float64)
        replayed = (said, span.coordinates(replay.features), replay.weight * views)

    def step_from(rows: NDArray[np.int64], strength: float) -> Step:
        return fit_step(
            start[rows].reshape(-1, classes),
            coordinates[rows].reshape(len(rows) * views, -1),
            np.repeat(cells.truth[rows], views),
            strength=strength,
            columns=columns,
            replayed=replayed,
        )

    left_out: dict[float, Doubles] = {}
    everything = np.arange(len(cells))
    for strength in _STRENGTHS[fit]:
        logits = np.empty((len(cells), classes))
        for fold in folds_by_group(cells, FOLDS):
            step = step_from(np.setdiff1d(everything, fold), strength)
            logits[fold] = step.logits(start[fold, 0], coordinates[fold, 0])
        left_out[strength] = logits
    best = min(left_out, key=lambda strength: negative_log_likelihood(left_out[strength], cells.truth))
    fitted = replace(
        _with_novelty(parent, cells),
        head=step_from(everything, best).taken(head, span),
        temperature=_temperature(left_out[best], cells.truth),
    )
    names = tuple(label for label, own in zip(parent.labels, columns, strict=True) if own)
    if fit == "head":
        fitted = _with_thresholds(fitted, left_out[best], cells)
    return Fitted(fitted, fit, best, names)


def _replay(parent: Decisions, cells: LabelledCells, columns: NDArray[np.bool_]) -> Replay | None:
    model = parent.novelty
    if model is None or len(model.class_means) != len(parent.labels):
        return None
    lengths = np.linalg.norm(cells.upright, axis=1)
    return draw_replay(model, ~columns, lengths=lengths, cells=len(cells), labelled=int(columns.sum()))


def _temperature(logits: Doubles, truth: NDArray[np.int64]) -> float:
    """The best temperature of the cells, drawn towards 1 as far as they are few."""
    weight = len(truth) / (len(truth) + _PRIOR_CELLS)
    return float(fit_temperature(logits, truth) ** weight)


def _with_novelty(parent: Decisions, cells: LabelledCells) -> Decisions:
    """The novelty score centred on this camera: classes keep their places to each other, all are moved alike.

    The threshold stays the parent's, unless too many of the camera's own cells would lie above it.
    """
    model, limit = parent.novelty, parent.novelty_threshold
    if model is None or limit is None or len(model.class_means) != len(parent.labels):
        return parent
    unit = novelty.unit_length(cells.upright)
    away = unit - model.mean - model.class_means[cells.truth] @ model.directions.T
    by_class = [away[cells.truth == label].mean(axis=0) for label in np.unique(cells.truth)]
    moved = replace(model, mean=(model.mean + np.mean(by_class, axis=0)).astype(np.float32))
    # Where classes moved apart instead of together, the old centre is the better one.
    nearer = min((moved, model), key=lambda scorer: float(scorer.score(cells.upright).mean()))
    own = novelty.choose_threshold(nearer.score(cells.upright), kept=_KNOWN)
    return replace(parent, novelty=nearer, novelty_threshold=max(limit, own))


def _with_thresholds(fitted: Decisions, logits: Doubles, cells: LabelledCells) -> Decisions:
    """Thresholds at which cells left out, and not novel, are right as often as the model's goal asks."""
    known = np.ones(len(cells), bool)
    if fitted.novelty is not None and fitted.novelty_threshold is not None:
        known = fitted.novelty.score(cells.upright) <= fitted.novelty_threshold
    probabilities = softmax(logits, fitted.temperature)
    chosen = choose_thresholds(
        probabilities[known], cells.truth[known], fitted.labels, goal=fitted.goal, least=_LEAST_SCORE
    )
    return replace(fitted, thresholds=chosen)
