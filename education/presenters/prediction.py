"""What the model says of a cell, in words: after the answer, and never as the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from cases.cell_classes import CLASS_CODES
from classifier.selectors import model_on
from education.models import PredictionState, TeachingPrediction
from education.teaching_classes import BY_CODE, TeachingClass, at_depth

if TYPE_CHECKING:
    from education.models import TeachingCell

MAP_PX = 96
"""Side of one heat map on the page, in units of its view box."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Where the model saw a class: the part of the file that begins `x` units from the left."""

    of: TeachingClass
    x: int


@dataclass(frozen=True, slots=True)
class ModelWords:
    """The model's class of a cell, with its score in whole percent. `named` is false where it leaves the cell unidentified;
    `knows` is false where no class of the model covers the true one.
    """

    said: TeachingClass
    percent: int
    named: bool
    right: bool
    knows: bool
    address: str
    width: int
    heat_maps: tuple[HeatMap, ...]


def model_is_asked(cell: TeachingCell) -> bool:
    """Whether a worker is still to say what the active model says of `cell`."""
    version = model_on(None)
    return TeachingPrediction.objects.filter(cell=cell, model_version=version, state=PredictionState.WAITING).exists()


def model_words(cell: TeachingCell, answered: str) -> ModelWords | None:
    """What the active model says of `cell`; None while no worker has asked it. `answered` adds the heat map of that class."""
    version = model_on(None)
    row = TeachingPrediction.objects.filter(cell=cell, model_version=version, state=PredictionState.DONE).first()
    if row is None or not row.probabilities:
        return None
    # The score is that of the most probable class, also where the model leaves the cell unnamed.
    best = max(row.probabilities, key=lambda label: row.probabilities[label])
    truth = at_depth(cell.cell_class, finer=False)
    labels = list(row.probabilities)
    shown = dict.fromkeys([truth, at_depth(answered, finer=False) if answered else "", best])
    return ModelWords(
        said=BY_CODE[best],
        percent=round(100 * (row.score or 0.0)),
        named=row.label == best,
        right=best == truth,
        knows=truth in CLASS_CODES,
        address=reverse("education:heat_maps", args=[row.pk]) if row.heat_maps else "",
        width=MAP_PX * len(labels),
        heat_maps=tuple(HeatMap(BY_CODE[code], MAP_PX * labels.index(code)) for code in shown if code in labels),
    )
