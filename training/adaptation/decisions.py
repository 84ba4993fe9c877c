"""What a model needs beside its network to decide, before and after calibration: head, temperature, thresholds, novelty."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.inference.bundle import ModelBundle
from classifier.inference.calibrate import decide, softmax
from classifier.inference.head import Head
from classifier.inference.novelty import NoveltyModel
from classifier.inference.types import Floats

#: What publishing aims at where a card says nothing of it.
_GOAL = 0.99


@dataclass(frozen=True)
class Decisions:
    """From pooled features to a class or *unidentified*; the part of a model that calibration replaces.

    `goal` is the accuracy aimed at on the cells that keep their label; `novelty` may be None.
    """

    labels: tuple[str, ...]
    head: Head
    temperature: float
    thresholds: dict[str, float]
    novelty: NoveltyModel | None
    novelty_threshold: float | None
    goal: float = _GOAL

    @classmethod
    def of(cls, bundle: ModelBundle) -> "Decisions":
        """Those of a model; raises BundleMissing when it has no head.npz."""
        return cls(
            labels=bundle.labels,
            head=Head.load(bundle),
            temperature=bundle.temperature,
            thresholds=bundle.thresholds,
            novelty=NoveltyModel.load(bundle.path(bundle.novelty_file)) if bundle.has(bundle.novelty_file) else None,
            novelty_threshold=bundle.novelty_threshold,
            goal=float(bundle.card.get("goal") or _GOAL),
        )

    def probabilities(self, features: Floats) -> Floats:
        """Calibrated probabilities (N, C) of pooled features (N, F)."""
        return softmax(self.head.logits(features), self.temperature)

    def identified(self, features: Floats) -> NDArray[np.bool_]:
        """Which cells keep their label, (N,), as the service decides it."""
        novelty = None if self.novelty is None else self.novelty.score(features)
        found = decide(
            self.probabilities(features),
            self.labels,
            self.thresholds,
            novelty=novelty,
            novelty_threshold=self.novelty_threshold,
        )
        return np.array([decision.identified for decision in found], bool)
