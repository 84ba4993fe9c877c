"""Which cells to label first: those that are unlike each other and that the model is unsure of."""

import numpy as np
from numpy.typing import NDArray

from classifier.inference.novelty import unit_length
from classifier.inference.types import Floats

FIRST = 25


def propose_cells(
    features: Floats, probabilities: Floats, count: int = FIRST, *, groups: tuple[str, ...] | None = None
) -> NDArray[np.int64]:
    """Row numbers of up to `count` of N cells, the most telling first; always the same for the same cells.

    Farthest-point choice (Gonzalez 1985) in unit-length feature space from pooled features (N, F), each distance weighted by
    one plus the entropy of the calibrated `probabilities` (N, C) as a share of its greatest. The first cell is the one
    nearest to all others. With `groups`, patients take turns: none gives a second cell before all that are left gave a first.
    """
    total = min(count, len(features))
    if total < 1:
        return np.empty(0, np.int64)
    unit = unit_length(features).astype(np.float64)
    weight = 1 + _entropy(probabilities)
    owners = np.unique(np.arange(len(unit)) if groups is None else np.array(groups), return_inverse=True)[1]
    given = np.zeros(owners.max() + 1, np.int64)
    free = np.ones(len(unit), bool)
    chosen = [int((unit @ unit.mean(axis=0)).argmax())]
    nearest = np.full(len(unit), np.inf)
    while True:
        last = chosen[-1]
        free[last] = False
        given[owners[last]] += 1
        if len(chosen) == total:
            return np.array(chosen, np.int64)
        nearest = np.minimum(nearest, np.linalg.norm(unit - unit[last], axis=1))
        turn = free if groups is None else free & (given[owners] == given[owners[free]].min())
        chosen.append(int(np.where(turn, nearest * weight, -1.0).argmax()))


def _entropy(probabilities: Floats) -> NDArray[np.float64]:
    """Entropy of each row (N, C), 0 for a sure cell and 1 for one that could be anything."""
    table = np.clip(np.asarray(probabilities, np.float64), 1e-12, 1.0)
    result: NDArray[np.float64] = -(table * np.log(table)).sum(axis=1) / np.log(table.shape[1])
    return result
