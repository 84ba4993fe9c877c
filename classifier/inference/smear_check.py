"""Whether a picture is a stained blood smear under a high magnification at all, before anything in it is called a cell.

Boosted trees (Friedman 2001) over `picture_features`, fitted by `python -m training.smear_check` and kept as plain numbers
beside this file, so that the web process, the worker and a browser's server ask the same without a network. `benchmarks/smear_check.py`
measures it on cameras and on pictures of other things that it was not fitted to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.inference.picture_features import measure_picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classifier.inference.types import Rgb

WEIGHTS = Path(__file__).with_name("smear_check.json")

Tree = list[tuple[int, float, int, int]]
"""Nodes: the number of a feature, its limit, the nodes at and under and over it; a leaf has feature -1 and its value."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What was fitted: names of the features in order, the trees, where they start, and the score a smear has at least."""

    features: tuple[str, ...]
    trees: tuple[Tree, ...]
    start: float
    limit: float

    def score(self, values: Sequence[float]) -> float:
        """How much a picture of these features is like a smear, 0 to 1."""
        total = self.start + sum(_leaf(tree, values) for tree in self.trees)
        return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


def smear_score(rgb: Rgb) -> float:
    """How much a picture (H, W, 3) uint8 RGB is like a stained smear under a high magnification, 0 to 1."""
    weights = installed_weights()
    found = measure_picture(rgb)
    return round(weights.score([found[name] for name in weights.features]), 4)


@cache
def installed_weights() -> Weights:
    """The weights that come with the product."""
    return read_weights(WEIGHTS)


def read_weights(path: Path) -> Weights:
    """Weights as `training.smear_check` writes them."""
    told = json.loads(path.read_text(encoding="utf-8"))
    trees = tuple(
        [(int(f), float(limit), int(low), int(high)) for f, limit, low, high in tree] for tree in told["trees"]
    )
    return Weights(tuple(told["features"]), trees, float(told["start"]), float(told["limit"]))


def _leaf(tree: Tree, values: Sequence[float]) -> float:
    at = 0
    while True:
        feature, limit, low, high = tree[at]
        if feature < 0:
            return limit
        at = low if values[feature] <= limit else high
