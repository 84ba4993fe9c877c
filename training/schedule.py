"""When a run slows down and when it stops: small, and all of it in numbers that a checkpoint can hold."""

from __future__ import annotations

import math
from dataclasses import dataclass


def warm_cosine(step: int, *, steps: int, rate: float, warm_up: int) -> float:
    """Learning rate at ``step``: linear warm-up, then half a cosine down to one hundredth of ``rate``."""
    if step < warm_up:
        return rate * (step + 1) / max(1, warm_up)
    share = min(1.0, (step - warm_up) / max(1, steps - warm_up))
    return rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


@dataclass
class Progress:
    """Best validation loss so far, epochs since, and the factor by which plateaus have lowered the rate."""

    best: float = math.inf
    best_epoch: int = -1
    waited: int = 0
    factor: float = 1.0

    def record(self, epoch: int, loss: float, *, reduce_after: int | None, reduce_by: float = 0.3) -> bool:
        """Take in one epoch's validation loss; True when it is the best yet."""
        if loss < self.best:
            self.best, self.best_epoch, self.waited = loss, epoch, 0
            return True
        self.waited += 1
        if reduce_after and self.waited % reduce_after == 0:
            self.factor *= reduce_by
        return False

    def exhausted(self, patience: int | None) -> bool:
        """Whether early stopping asks to end."""
        return patience is not None and self.waited >= patience
