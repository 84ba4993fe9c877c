"""How unlike the training cells a crop is: distance in feature space, fitted once, numpy only when used.

Score: pooled features are scaled to unit length, split into the leading principal directions and the rest. Inside, the
smallest Mahalanobis distance to a class mean under one shared, shrunk covariance (Lee et al. 2018, "A simple unified
framework for detecting out-of-distribution samples"; unit length after Müller & Hein 2025); outside, the length of the
residual against what training cells leave over (Wang et al. 2022, "ViM"). Both are divided by their training mean and
the two are averaged, so 1 is an ordinary training cell.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.inference.errors import BundleAltered
from classifier.inference.types import Floats

_EPSILON = 1e-8


@dataclass(frozen=True, slots=True)
class NoveltyModel:
    """Fitted novelty score; shapes: mean (F,), directions (F, K), class_means (C, K), whitening (K, K), scales (2,)."""

    mean: Floats
    directions: Floats
    class_means: Floats
    whitening: Floats
    scales: Floats

    def score(self, features: Floats) -> Floats:
        """Novelty of (N, F) pooled features, (N,) float32; about 1 for training cells, higher for stranger ones."""
        inside, outside = _distances(features, self.mean, self.directions, self.class_means, self.whitening)
        result: Floats = ((inside / self.scales[0] + outside / self.scales[1]) / 2).astype(np.float32)
        return result

    def save(self, path: Path) -> None:
        """Write as a compressed .npz; directions in half precision, which moves scores by less than a thousandth."""
        with path.open("wb") as stream:
            np.savez_compressed(
                stream,
                mean=self.mean,
                directions=self.directions.astype(np.float16),
                class_means=self.class_means,
                whitening=self.whitening,
                scales=self.scales,
            )

    @classmethod
    def load(cls, path: Path) -> "NoveltyModel":
        """Read what `save` wrote; raises BundleAltered when the file holds something else."""
        try:
            with np.load(path, allow_pickle=False) as data:
                return cls(*(data[name].astype(np.float32) for name in cls.__slots__))
        except (KeyError, ValueError, OSError) as error:
            message = f"The novelty file {path.name} cannot be read."
            raise BundleAltered(message) from error


def fit(features: Floats, labels: npt.ArrayLike, *, components: int = 64, shrinkage: float = 0.05) -> NoveltyModel:
    """Fit on pooled training features (N, F) with class indices (N,).

    `components` principal directions are kept (fewer when N or F is small); `shrinkage` pulls the within-class covariance
    towards a multiple of the identity.
    """
    targets = np.asarray(labels)
    unit = unit_length(features).astype(np.float64)
    mean = unit.mean(axis=0)
    centred = unit - mean
    kept = max(1, min(components, unit.shape[1], len(unit) - 1))
    # Through the (F, F) or (N, N) side, whichever is smaller: N may be tens of thousands.
    if len(unit) >= unit.shape[1]:
        _, vectors = np.linalg.eigh(centred.T @ centred)
        directions = vectors[:, ::-1][:, :kept]
    else:
        _, _, rows = np.linalg.svd(centred, full_matrices=False)
        directions = rows[:kept].T
    projected = centred @ directions
    means = np.stack([projected[targets == c].mean(axis=0) for c in np.unique(targets)])
    within = projected - means[np.searchsorted(np.unique(targets), targets)]
    covariance = within.T @ within / max(1, len(within) - len(means))
    covariance = (1 - shrinkage) * covariance + (shrinkage * np.trace(covariance) / kept + _EPSILON) * np.eye(kept)
    values, vectors = np.linalg.eigh(covariance)
    whitening = vectors / np.sqrt(values)
    mean32, directions32 = mean.astype(np.float32), directions.astype(np.float32)
    means32, whitening32 = means.astype(np.float32), whitening.astype(np.float32)
    inside, outside = _distances(features, mean32, directions32, means32, whitening32)
    scales = np.array([max(inside.mean(), _EPSILON), max(outside.mean(), _EPSILON)], np.float32)
    return NoveltyModel(mean32, directions32, means32, whitening32, scales)


def choose_threshold(validation_scores: Floats, *, kept: float = 0.99) -> float:
    """The novelty above which a cell is held back: the `kept` quantile of the scores of real validation cells."""
    return float(np.quantile(validation_scores, kept))


def choose_camera_limit(scores: Floats, *, cells: int = 20, passed: float = 0.999, draws: int = 50_000) -> float:
    """The median novelty of `cells` cells above which a camera counts as another one than that of `scores` (N,).

    The `passed` quantile of the medians of sets drawn from real validation cells of one camera; the draws are seeded.
    """
    rng = np.random.default_rng(0)
    return float(np.quantile(np.median(rng.choice(scores, (draws, cells)), axis=1), passed))


def unit_length(features: Floats) -> Floats:
    """Features (N, F) scaled to length 1, as the score sees them."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    result: Floats = (features / np.maximum(lengths, _EPSILON)).astype(np.float32)
    return result


def _distances(
    features: Floats, mean: Floats, directions: Floats, class_means: Floats, whitening: Floats
) -> tuple[Floats, Floats]:
    """(N,) Mahalanobis distance to the nearest class mean inside the directions, and (N,) length of what lies outside."""
    centred = unit_length(features) - mean
    projected = centred @ directions
    white, white_means = projected @ whitening, class_means @ whitening
    squared = ((white[:, None, :] - white_means[None]) ** 2).sum(axis=2)
    inside = np.sqrt(squared.min(axis=1))
    outside = np.sqrt(np.maximum((centred**2).sum(axis=1) - (projected**2).sum(axis=1), 0.0))
    return inside, outside
