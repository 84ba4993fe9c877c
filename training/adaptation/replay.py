"""Cells of classes that were not labelled, drawn where the parent knows them: what a fit must not forget.

A fit that never sees a class gives its place to the classes it does see. The novelty model of the parent holds the mean of
each class at home and one covariance around it, in a few directions of unit-length features. Cells drawn from these stand in
for the class, with what the parent says of them as their truth (Zhu et al. 2021, "Prototype augmentation", for class means;
Li & Hoiem 2016, "Learning without forgetting", for the parent's answers as targets).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.inference.novelty import NoveltyModel
from classifier.inference.types import Floats

#: Cells drawn of each class.
DRAWN = 64


@dataclass(frozen=True)
class Replay:
    """Features (M, F) drawn of some classes, and how many labelled cells each of them weighs."""

    features: Floats
    weight: float


def draw_replay(
    model: NoveltyModel, missing: NDArray[np.bool_], *, lengths: Floats, cells: int, labelled: int
) -> Replay | None:
    """Cells of the classes that are True in `missing` (C,); None where there are none.

    `lengths` (N,) are those of the features of labelled cells, which unit-length means do not tell. A missing class weighs
    as much as a labelled one has cells on average: `cells` of `labelled` classes. Always the same cells for the same model.
    """
    classes = np.flatnonzero(missing)
    if not len(classes):
        return None
    kept = model.directions.shape[1]
    random = np.random.default_rng(0).standard_normal((DRAWN, kept))
    # Whitening takes a cell to unit covariance; its inverse gives drawn cells the covariance of real ones.
    spread = random @ np.linalg.inv(model.whitening.astype(np.float64))
    unit = np.concatenate([model.mean + (model.class_means[label] + spread) @ model.directions.T for label in classes])
    length = np.quantile(lengths, np.tile((np.arange(DRAWN) + 0.5) / DRAWN, len(classes)))
    weight = cells / max(labelled, 1) / DRAWN
    return Replay((unit * length[:, None]).astype(np.float32), float(weight))
