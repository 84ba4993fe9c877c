"""Fitting the trees of the check, and choosing the score under which a picture is no smear, without the pictures kept apart.

The limit is chosen on cameras and packages that the trees which judge them did not see: each camera, and each group of
packages, is left out once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier

from classifier.inference.picture_features import measure_picture

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from classifier.inference.types import Floats
    from training.smear_check.pictures import Picture

_FOLDS = 4
#: Of fields of cameras that were left out, so many may be held back by the limit: as they came, and varied.
MOST_HELD_BACK, MOST_VARIED_HELD_BACK = 0.003, 0.01
_DRAWN = "drawn"
_TREES, _RATE, _DEPTH = 260, 0.08, 3


@dataclass(frozen=True, slots=True)
class Table:
    """Features of N pictures (N, F), by name, and for each what it is: a smear, varied, and from where."""

    names: tuple[str, ...]
    values: Floats
    is_smear: np.ndarray
    is_varied: np.ndarray
    sources: np.ndarray


def table_of(pictures: Iterable[Picture]) -> Table:
    """Measure pictures, one in memory at a time."""
    names: tuple[str, ...] = ()
    rows, smears, varied, sources = [], [], [], []
    for picture in pictures:
        found = measure_picture(picture.rgb)
        names = tuple(found)
        rows.append(list(found.values()))
        smears.append(picture.is_smear)
        varied.append(picture.is_varied)
        sources.append(picture.source)
    return Table(names, np.array(rows, np.float32), np.array(smears), np.array(varied), np.array(sources))


def fit_trees(table: Table, *, seed: int = 0) -> GradientBoostingClassifier:
    """Boosted trees for a table; both sides weigh the same, and so does each source within its side."""
    trees = GradientBoostingClassifier(
        n_estimators=_TREES,
        learning_rate=_RATE,
        max_depth=_DEPTH,
        subsample=0.5,
        max_features=0.2,
        min_samples_leaf=8,
        random_state=seed,
    )
    return trees.fit(table.values, table.is_smear, sample_weight=_weights(table))


def _weights(table: Table) -> Floats:
    """Large sources count as the square root of their pictures, so that none speaks for all."""
    _, inverse, counts = np.unique(table.sources, return_inverse=True, return_counts=True)
    weights = 1 / np.sqrt(counts[inverse])
    for side in (True, False):
        chosen = table.is_smear == side
        weights[chosen] *= len(weights) / 2 / weights[chosen].sum()
    return np.asarray(weights, np.float32)


def left_out_scores(table: Table) -> Floats:
    """The score of each picture by trees that saw neither its camera nor its package, (N,).

    What is drawn, on either side, is always fitted to and has no score (NaN): nobody else draws so.
    """
    scores = np.full(len(table.values), np.nan, np.float32)
    real = np.array([not str(source).startswith(_DRAWN) for source in table.sources])
    cameras = sorted(set(table.sources[table.is_smear & real]))
    packages = sorted(set(table.sources[~table.is_smear & real]))
    for fold in range(max(_FOLDS, len(cameras))):
        held = np.isin(table.sources, [*cameras[fold : fold + 1], *packages[fold::_FOLDS]])
        if held.any():
            kept = Table(
                table.names, table.values[~held], table.is_smear[~held], table.is_varied[~held], table.sources[~held]
            )
            scores[held] = fit_trees(kept).predict_proba(table.values[held])[:, 1]
    return scores


def choose_limit(table: Table, scores: Floats) -> float:
    """The largest score, at most a half, that holds back no more fields of cameras that were left out than may be."""
    fields = table.is_smear & ~np.isnan(scores)
    as_they_came = np.quantile(scores[fields & ~table.is_varied], MOST_HELD_BACK)
    varied = np.quantile(scores[fields & table.is_varied], MOST_VARIED_HELD_BACK)
    return round(min(0.5, float(as_they_came), float(varied)), 4)


def write_weights(path: Path, trees: GradientBoostingClassifier, table: Table, limit: float) -> None:
    """Write what `classifier.inference.smear_check.read_weights` reads."""
    others, smears = trees.init_.class_prior_
    start = float(np.log(smears / others))
    told = {
        "fitted_to": {
            side: {str(s): int((table.sources[chosen] == s).sum()) for s in sorted(set(table.sources[chosen]))}
            for side, chosen in (("smears", table.is_smear), ("others", ~table.is_smear))
        },
        "limit": limit,
        "start": round(start, 6),
        "features": list(table.names),
        "trees": [_nodes(tree, trees.learning_rate) for tree in trees.estimators_[:, 0]],
    }
    path.write_text(json.dumps(told, separators=(",", ":")).replace('"trees":', '\n"trees":') + "\n", encoding="utf-8")


def _nodes(tree: object, rate: float) -> list[list[float]]:
    grown = tree.tree_  # type: ignore[attr-defined]
    return [
        [-1, round(float(value) * rate, 6), 0, 0]
        if low < 0
        else [int(feature), float(f"{limit:.6g}"), int(low), int(high)]
        for feature, limit, low, high, value in zip(
            grown.feature, grown.threshold, grown.children_left, grown.children_right, grown.value[:, 0, 0], strict=True
        )
    ]
