"""A linear head that stays near another one, fitted to a few labelled cells.

`argmin mean cross-entropy + strength * |W - W0|^2` by L-BFGS (ridge-penalised multinomial regression shrunk towards a
given head). The optimum lies in the span of the features, so the search is done there: its cost goes with the number of
directions, not with the number of features.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from classifier.inference.head import Head
from classifier.inference.types import Floats

Doubles = npt.NDArray[np.float64]

#: Directions kept of the features of one camera's cells: what is left out is the finest of their differences.
DIRECTIONS = 128
_ITERATIONS, _TOLERANCE = 200, 1e-7
_NOTHING = 1e-9
# Root mean square length of features of resnet50 2.0.1 on LISC.
_LENGTH = 14.0


@dataclass(frozen=True)
class Span:
    """The leading directions of some cells' features: basis (F, K), orthogonal and of one length.

    That length is chosen so that the cells' coordinates are as long as features of the shipped network: whatever the network,
    the same strength then holds a head back as much.
    """

    basis: Doubles

    @classmethod
    def of(cls, features: Floats, directions: int = DIRECTIONS) -> "Span":
        """At most `directions` of them, from features (N, F)."""
        rows = np.asarray(features, np.float64)
        few = len(rows) < rows.shape[1]
        values, vectors = np.linalg.eigh(rows @ rows.T if few else rows.T @ rows)
        kept = [k for k in np.argsort(-values)[:directions] if values[k] > _NOTHING * values[-1]]
        chosen = vectors[:, kept]
        basis = rows.T @ (chosen / np.sqrt(values[kept])) if few else chosen
        return cls(basis * _LENGTH / np.sqrt(np.maximum((rows**2).sum(axis=1).mean(), _NOTHING)))

    def coordinates(self, features: Floats) -> Doubles:
        """Features (..., F) in these directions, (..., K)."""
        result: Doubles = np.asarray(features, np.float64) @ self.basis
        return result


@dataclass(frozen=True)
class Step:
    """How far a fitted head is from the one it started at: kernel (K, C) in the directions of a span, bias (C,)."""

    kernel: Doubles
    bias: Doubles

    def logits(self, start: Doubles, coordinates: Doubles) -> Doubles:
        """Logits (N, C) after the step, from those before it (N, C) and the cells' coordinates (N, K)."""
        result: Doubles = start + coordinates @ self.kernel + self.bias
        return result

    def taken(self, head: Head, span: Span) -> Head:
        """The head after the step."""
        kernel = head.kernel + span.basis @ self.kernel
        return Head(kernel.astype(np.float32), (head.bias + self.bias).astype(np.float32))


def fit_step(
    start: Doubles,
    coordinates: Doubles,
    truth: npt.NDArray[np.int64],
    *,
    strength: float,
    columns: npt.NDArray[np.bool_],
    replayed: tuple[Doubles, Doubles, float] | None = None,
) -> Step:
    """The step that explains class indices (N,) best, given logits before it (N, C) and coordinates (N, K).

    `replayed` are logits (M, C) and coordinates (M, K) of further cells and the weight of each: of these the step is to say
    what was said before it. `strength` holds it back; classes that are False in `columns` (C,) keep their weights and share one change of bias. K
    may be 0: then only biases change.
    """
    classes, width = start.shape[1], coordinates.shape[1]
    targets = np.eye(classes)[truth]
    weights = np.ones((len(start), 1))
    if replayed is not None:
        said, places, weight = replayed
        start, coordinates = np.concatenate([start, said]), np.concatenate([coordinates, places])
        targets = np.concatenate([targets, _shares(said)])
        weights = np.concatenate([weights, np.full((len(said), 1), weight)])
    weights /= weights.sum()
    # Kept classes share one bias: the last row of parameters is mapped through this (C, C) averaging.
    kept = ~columns
    shared = np.diag(columns.astype(np.float64))
    if kept.any():
        shared += np.outer(kept, kept) / kept.sum()

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        table = flat.reshape(width + 1, classes)
        kernel, bias = table[:width] * columns, table[width] @ shared
        logits = start + coordinates @ kernel + bias
        top = logits.max(axis=1, keepdims=True)
        normaliser = top + np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
        entropy = float((weights * (normaliser - (logits * targets).sum(axis=1, keepdims=True))).sum())
        error = weights * (np.exp(logits - normaliser) - targets)
        by_kernel = (coordinates.T @ error + 2 * strength * kernel) * columns
        by_bias = (error.sum(axis=0) + 2 * strength * bias) @ shared
        penalty = strength * (float((kernel**2).sum()) + float((bias**2).sum()))
        return entropy + penalty, np.concatenate([by_kernel, by_bias[None]]).ravel()

    # On matrices this small, threads wait for each other: on a busy machine one of them is up to fifty times faster.
    with threadpool_limits(limits=1, user_api="blas"):
        found = minimize(
            loss,
            np.zeros((width + 1) * classes),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _ITERATIONS, "ftol": _TOLERANCE},
        )
    table = found.x.reshape(width + 1, classes)
    return Step(kernel=table[:width] * columns, bias=table[width] @ shared)


def _shares(logits: Doubles) -> Doubles:
    """Probabilities (M, C) of logits."""
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Doubles = odds / odds.sum(axis=1, keepdims=True)
    return result
