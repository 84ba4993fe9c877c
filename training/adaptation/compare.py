"""Before and after on cells that the fit did not see, with what chance could have done."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.inference import metrics
from classifier.inference.calibrate import ece

from .cells import LabelledCells
from .decisions import Decisions

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Answers:
    """What some decisions say of N cells: best class (N,), its score (N,), and whether the label stands (N,)."""

    best: NDArray[np.int64]
    score: NDArray[np.float32]
    identified: Flags

    @classmethod
    def of(cls, decisions: Decisions, cells: LabelledCells) -> "Answers":
        """The answers for the crops as they are served."""
        probabilities = decisions.probabilities(cells.upright)
        return cls(
            best=probabilities.argmax(axis=1).astype(np.int64),
            score=probabilities.max(axis=1),
            identified=decisions.identified(cells.upright),
        )

    @classmethod
    def gathered(cls, parts: list[tuple[NDArray[np.int64], "Answers"]]) -> "Answers":
        """One set of answers from those for disjoint rows that together are all rows."""
        order = np.argsort(np.concatenate([rows for rows, _ in parts]))
        return cls(
            best=np.concatenate([part.best for _, part in parts])[order],
            score=np.concatenate([part.score for _, part in parts])[order],
            identified=np.concatenate([part.identified for _, part in parts])[order],
        )


@dataclass(frozen=True)
class Comparison:
    """The same N held-out cells before and after."""

    labels: tuple[str, ...]
    truth: NDArray[np.int64]
    groups: tuple[str, ...]
    before: Answers
    after: Answers

    def accuracy(self, answers: Answers) -> float:
        """Share of cells whose best class is the true one."""
        return float((answers.best == self.truth).mean())

    @property
    def gain(self) -> float:
        """Accuracy after less accuracy before."""
        return self.accuracy(self.after) - self.accuracy(self.before)

    def surely_gained(self) -> float:
        """The gain that is there with 95 % confidence (bootstrap over groups, one-sided); below 0 when none is sure."""
        change = (self.after.best == self.truth).astype(float) - (self.before.best == self.truth)
        return metrics.bootstrap_interval(self.groups, lambda rows: float(change[rows].mean()), confidence=0.90)[0]

    def by_class(self) -> dict[str, tuple[int, int, int]]:
        """For each class that has cells: how many, how many right before, how many right after."""
        table = {}
        for index, label in enumerate(self.labels):
            mine = self.truth == index
            if mine.any():
                table[label] = (
                    int(mine.sum()),
                    int((self.before.best[mine] == index).sum()),
                    int((self.after.best[mine] == index).sum()),
                )
        return table

    def as_dict(self) -> dict[str, Any]:
        """Figures for a card: n, groups, before and after, the gain, and cells right by class."""
        return {
            "n": len(self.truth),
            "patients": len(set(self.groups)),
            "before": self._figures(self.before),
            "after": self._figures(self.after),
            "gain": self.gain,
            "gain_at_least": self.surely_gained(),
            "by_class": {
                label: {"n": n, "right_before": before, "right_after": after}
                for label, (n, before, after) in self.by_class().items()
            },
        }

    def _figures(self, answers: Answers) -> dict[str, Any]:
        right, kept = answers.best == self.truth, answers.identified
        return {
            **metrics.summary(self.truth, answers.best, self.labels),
            "accuracy_ci95": list(metrics.bootstrap_interval(self.groups, lambda rows: float(right[rows].mean()))),
            "calibration": {"ece_after": ece(answers.score, right)},
            "unidentified": {
                "share": float(1 - kept.mean()),
                "accuracy_of_identified": float(right[kept].mean()) if kept.any() else None,
                "wrong_and_named": float((kept & ~right).mean()),
            },
        }
