"""What decides a training run. Imports no Keras, so that commands can read options and refuse them at once."""

from __future__ import annotations

from dataclasses import dataclass

from classifier.inference.labels import LABELS


@dataclass(frozen=True)
class Phase:
    """A stretch of epochs at one peak rate. ``train`` is "head", "all", or a layer-name prefix to unfreeze from."""

    epochs: int
    rate: float
    train: str = "all"


@dataclass(frozen=True)
class FitOptions:
    """Everything that decides a run; written beside it and into the model card.

    ``outsiders`` is the share of every batch that is made to belong to no class (``training.outsiders``).
    """

    backbone: str = "resnet50"
    labels: tuple[str, ...] = LABELS
    size_px: int = 128
    um_per_px: float = 0.17
    white_balance: bool = True
    weights: str | None = None
    normalisation: str = "batch"
    dropout: float = 0.3
    phases: tuple[Phase, ...] = (Phase(60, 1e-3),)
    batch: int = 128
    steps: int | None = None
    optimizer: str = "adamw"
    weight_decay: float = 0.05
    label_smoothing: float = 0.05
    class_power: float = 0.5
    sources: dict[str, float] | None = None
    augmentation: float = 1.0
    outsiders: float = 0.0
    schedule: str = "cosine"
    reduce_after: int | None = None
    patience: int | None = None
    precision: str = "float32"
    seed: int = 1
    workers: int = 1
