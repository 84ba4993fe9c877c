"""Which crops a batch is made of and how they are bent: a pure function of seed, epoch and batch number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import cv2
import keras
import numpy as np

from classifier.inference.crops import GLASS
from classifier.inference.picture_limits import FILL_LEVEL
from training.augment import Strength, augmented_view
from training.crop_set import PATCH, CropRow
from training.outsiders import outsider
from training.stains import Palette, measure_palette


def balance_patch(patch: np.ndarray, glass: np.ndarray) -> np.ndarray:
    """White-balance one patch by its field's glass colour and put glass where black fill was, as the service does."""
    gain = GLASS / np.maximum(glass, 1.0)
    table = np.clip(np.arange(256)[:, None] * gain[None, :], 0, 255).round().astype(np.uint8)
    balanced = cv2.LUT(patch, table[None])
    fill = (patch.max(axis=-1) < FILL_LEVEL).astype(np.uint8)
    if fill.any():
        balanced[cv2.dilate(fill, np.ones((3, 3), np.uint8)) > 0] = int(GLASS)
    return balanced


def sampling_weights(
    rows: Sequence[CropRow], *, class_power: float = 0.5, source_shares: dict[str, float] | None = None
) -> np.ndarray:
    """Chance of each row to be drawn, summing to 1.

    Within a source a class counts ``n ** -class_power`` per image (0: as it comes, 1: all classes alike); sources are
    then given the shares asked for (as they come when None).
    """
    counts = Counter((row.source, row.label) for row in rows)
    weights = np.array([counts[row.source, row.label] ** -class_power for row in rows])
    if source_shares is not None:
        for source in {row.source for row in rows}:
            own = np.array([row.source == source for row in rows])
            weights[own] *= source_shares.get(source, 0.0) / weights[own].sum()
    return weights / weights.sum()


def palettes_of(patches: np.ndarray, sources: Sequence[str], *, sample: int = 100) -> list[Palette | None]:
    """One palette a patch: that of its source, measured on an even sample of its white-balanced patches."""
    named = np.array(sources)
    measured = {}
    for source in sorted(set(sources)):
        own = np.flatnonzero(named == source)
        measured[source] = measure_palette(patches[own[:: max(1, len(own) // sample)]])
    return [measured[source] for source in sources]


class Batches(keras.utils.PyDataset):
    """Training batches: ``(views, targets)``; the same for the same seed, epoch and batch number.

    A target is one-hot, or uniform for the share ``outsiders`` of a batch that is made to belong to no class. ``small``
    says of each class whether its cells are small and round.
    """

    def __init__(
        self,
        patches: np.ndarray,
        labels: np.ndarray,
        *,
        weights: np.ndarray,
        batch: int,
        steps: int,
        classes: int,
        seed: int,
        strength: Strength,
        size: int,
        zoom_out: float,
        um_per_px: float,
        palettes: Sequence[Palette | None] | None = None,
        outsiders: float = 0.0,
        small: Sequence[bool] = (),
        workers: int = 1,
    ) -> None:
        super().__init__(workers=workers, use_multiprocessing=False, max_queue_size=max(10, 2 * workers))
        self.patches, self.labels, self.weights = patches, labels, weights
        self.batch, self.steps, self.classes = batch, steps, classes
        self.seed = seed
        self.how: dict[str, Any] = {"strength": strength, "size": size, "zoom_out": zoom_out, "um_per_px": um_per_px}
        self.palettes = palettes or [None] * len(labels)
        self.outsiders, self.small = outsiders, small
        self.epoch = 0

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([self.seed, self.epoch, number])
        picked = rng.choice(len(self.labels), self.batch, p=self.weights)
        neighbours = np.roll(picked, 1)
        targets = np.eye(self.classes, dtype=np.float32)[self.labels[picked]]
        views = []
        for target, i, j in zip(targets, picked, neighbours, strict=True):
            patch = self.patches[i]
            if rng.random() < self.outsiders:
                patch = self._outsider(i, j, rng)
                target[:] = 1 / self.classes
            views.append(
                augmented_view(patch, rng=rng, palette=self.palettes[i], neighbour=self.patches[j], **self.how)
            )
        return np.stack(views), targets

    def _outsider(self, i: int, j: int, rng: np.random.Generator) -> np.ndarray:
        label, other = self.labels[i], self.labels[j]
        return outsider(
            self.patches[i],
            self.patches[j],
            small=self.small[label],
            strange=label != other,
            rng=rng,
            um_per_px=PATCH.um_per_px,
        )
