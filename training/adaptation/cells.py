"""Labelled cells of one microscope as the network sees them, and which of them are held out."""

import hashlib
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.inference.types import Floats
from training.errors import BadData

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class LabelledCells:
    """N cells: pooled features of V views each (N, V, F), class indices (N,), and the group (patient) of each.

    The first view is the crop as it is, which is what is served; the others are its turns and mirrorings.
    """

    features: Floats
    truth: NDArray[np.int64]
    groups: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse columns of different lengths and features without views."""
        if self.features.ndim != 3 or not len(self.features) == len(self.truth) == len(self.groups):
            message = (
                f"Labelled cells of different lengths: {self.features.shape}, {len(self.truth)}, {len(self.groups)}."
            )
            raise BadData(message)

    def __len__(self) -> int:
        """How many cells there are."""
        return len(self.truth)

    @property
    def upright(self) -> Floats:
        """Features (N, F) of the crops as they are served."""
        first: Floats = self.features[:, 0]
        return first

    @property
    def patients(self) -> int:
        """How many groups there are."""
        return len(set(self.groups))

    def take(self, rows: Rows) -> "LabelledCells":
        """The cells of these rows."""
        return LabelledCells(self.features[rows], self.truth[rows], tuple(self.groups[row] for row in rows))

    def counts(self, classes: int) -> Rows:
        """Cells of each class, (C,)."""
        return np.bincount(self.truth, minlength=classes).astype(np.int64)


def folds_by_group(cells: LabelledCells, most: int, *, seed: int = 0) -> list[Rows]:
    """Up to `most` disjoint sets of rows that together are all rows; no group lies in two of them.

    Groups are dealt largest first to the fold that has fewest cells of their most frequent class, then fewest cells; groups of
    one size come in the order of a hash of their name and the seed, so the answer depends on nothing else.
    """
    members: dict[str, list[int]] = {}
    for row, group in enumerate(cells.groups):
        members.setdefault(group, []).append(row)
    count = min(most, len(members))
    folds: list[list[int]] = [[] for _ in range(count)]
    held: list[Counter[int]] = [Counter() for _ in range(count)]
    for group in sorted(members, key=lambda name: (-len(members[name]), _shuffled(name, seed))):
        classes = Counter(int(cells.truth[row]) for row in members[group])
        main = min(classes, key=lambda label: (-classes[label], label))
        fold = min(range(count), key=lambda k: (held[k][main], len(folds[k]), k))
        folds[fold] += members[group]
        held[fold] += classes
    return [np.array(sorted(rows), np.int64) for rows in folds]


def _shuffled(name: str, seed: int) -> str:
    return hashlib.sha256(f"{seed} {name}".encode()).hexdigest()
