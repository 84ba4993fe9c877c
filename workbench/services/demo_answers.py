"""What somebody who learns calls cells: how often each class is mistaken, and for what. Asks no database."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

_HARD = {
    "neutrophil": 0.4,
    "eosinophil": 0.5,
    "basophil": 0.9,
    "lymphocyte": 1.0,
    "monocyte": 1.6,
    "immature_granulocyte": 1.4,
    "erythroblast": 0.8,
    "platelet": 0.2,
}
"""How much more often than one of middling difficulty a cell of each class is mistaken."""
_TAKEN_FOR = {
    "neutrophil": ("immature_granulocyte", "eosinophil", "monocyte"),
    "eosinophil": ("neutrophil", "basophil"),
    "basophil": ("lymphocyte", "eosinophil", "immature_granulocyte"),
    "lymphocyte": ("monocyte", "erythroblast", "monocyte"),
    "monocyte": ("lymphocyte", "immature_granulocyte", "lymphocyte", "neutrophil"),
    "immature_granulocyte": ("monocyte", "monocyte", "lymphocyte", "neutrophil"),
    "erythroblast": ("lymphocyte", "lymphocyte", "immature_granulocyte"),
    "platelet": ("erythroblast", "basophil"),
}
"""What it is taken for then, in turn."""


def labels_for(truths: Sequence[str], codes: Sequence[str], *, errs: float, lot: Random) -> list[str]:
    """What somebody calls cells of the classes `truths`, in their order, where a set asks among `codes`.

    `errs` is the share of cells of middling difficulty that they mistake. The mistakes of each class lie evenly over its cells, as
    many as its share says: of whoever errs by a lot alone a course could not say who passes.
    """
    begun = {code: lot.random() for code in sorted(set(truths))}
    seen: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    labels = []
    for truth in truths:
        share = min(errs * _HARD.get(truth, 1.0), 0.9)
        before, seen[truth] = begun[truth] + seen[truth] * share, seen[truth] + 1
        others = [code for code in _TAKEN_FOR.get(truth, ()) if code in codes]
        if others and int(before + share) > int(before):
            labels.append(others[wrong[truth] % len(others)])
            wrong[truth] += 1
        else:
            labels.append(truth)
    return labels
