"""Cells that belong to no class, made from cells that do: a network learns from them to be sure of nothing.

Three kinds, each keeping the stain and the camera of its parts: two halves of different cells joined, a small round cell
grown to the size of a blast among red cells of the usual size, and a nucleus smeared out as in a smudge cell. Training
with a uniform target on such outsiders follows Hendrycks et al. 2019, "Deep anomaly detection with outlier exposure".
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from classifier.inference.colour import Rgb, chromatin, chromatin_level, optical_density
from classifier.inference.crops import GLASS
from training.stains import colour_of, density_of

#: Small round cells, which grown look like blasts.
SMALL_CELLS = frozenset({"lymphocyte", "erythroblast"})

Mask = NDArray[np.float32]

#: Lymphocytes of 8-11 um become blasts of 12-18 um; a growth that the zoom of augmentation reaches would teach both.
_GROWTH = (1.35, 1.8)
_SMALL_CELL_UM = 5.5
_SEAM_UM = 0.8
#: A smudge is its nucleus swollen and spread out: over which distance parts move together, and how far
#: they move as a share of it; further, and the nucleus would fold over itself.
_SWELLING = (1.1, 1.7)
_SMOOTH_UM, _SMEARED = (2.0, 6.0), (0.05, 0.35)
_STREAK_CHANCE, _STREAK_UM = 0.5, (0.3, 2.5)
_FADED = (0.45, 0.95)
#: A nucleus is taken without the holes of its chromatin.
_CLOSED_UM, _NUCLEUS_SHARE = 0.5, 0.7


def outsider(
    patch: Rgb, neighbour: Rgb, *, small: bool, strange: bool, rng: np.random.Generator, um_per_px: float
) -> Rgb:
    """A white-balanced patch ``(H, W, 3)`` uint8 with no member of any class in its middle, of the size of ``patch``.

    ``small`` says that the cell of ``patch`` is small and round, so that it can be grown; ``strange`` that ``neighbour``
    is of another class, so that their halves make no cell. Where neither holds, its nucleus is smeared. ``um_per_px`` is
    the scale of both patches.
    """
    kind = rng.random()
    if small and kind < 0.6:
        return grown(patch, neighbour, rng=rng, um_per_px=um_per_px)
    if strange and kind < 0.5:
        return halves(patch, neighbour, rng=rng, um_per_px=um_per_px)
    return smeared(patch, neighbour, rng=rng, um_per_px=um_per_px)


def halves(patch: Rgb, neighbour: Rgb, *, rng: np.random.Generator, um_per_px: float) -> Rgb:
    """Half of one cell against half of the other, joined near the middle along a line of any direction."""
    x, y = _offsets(patch, um_per_px)
    angle = rng.uniform(0, 2 * math.pi)
    along = x * math.cos(angle) + y * math.sin(angle) + rng.uniform(-1.0, 1.0)
    return _joined(patch, neighbour, _seam(along))


def grown(patch: Rgb, neighbour: Rgb, *, rng: np.random.Generator, um_per_px: float) -> Rgb:
    """The cell of ``patch`` at the size of a blast, on glass or among the surroundings of ``neighbour``."""
    growth = rng.uniform(*_GROWTH)
    middle = ((patch.shape[1] - 1) / 2, (patch.shape[0] - 1) / 2)
    larger = cv2.warpAffine(
        patch,
        cv2.getRotationMatrix2D(middle, rng.uniform(0, 360), growth),
        (patch.shape[1], patch.shape[0]),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(GLASS, GLASS, GLASS),
    )
    x, y = _offsets(patch, um_per_px)
    kept = _seam(_SMALL_CELL_UM * growth - np.hypot(x, y))
    return _joined(np.asarray(larger, np.uint8), _surroundings(neighbour, rng), kept)


def smeared(patch: Rgb, neighbour: Rgb, *, rng: np.random.Generator, um_per_px: float) -> Rgb:
    """The nucleus of ``patch`` torn and spread, without cytoplasm, among the surroundings of ``neighbour`` or on glass.

    A patch that shows no nucleus is spread whole.
    """
    strength = cv2.GaussianBlur(chromatin(optical_density(patch)), (0, 0), _CLOSED_UM / um_per_px)
    x, y = _offsets(patch, um_per_px)
    near = np.hypot(x, y) < 10.0
    nucleus = ((strength > _NUCLEUS_SHARE * chromatin_level(strength)) & near).astype(np.float32)[..., None]
    density = density_of(patch) * (nucleus if nucleus.any() else near[..., None])
    smooth = rng.uniform(*_SMOOTH_UM) / um_per_px
    far = smooth * rng.uniform(*_SMEARED)
    across, down = (_shifts(rng, x.shape, smooth=smooth, far=far) for _ in range(2))
    swelling = np.float32(rng.uniform(*_SWELLING))
    middle = (np.array(x.shape, np.float32) - 1) / 2
    torn = cv2.remap(
        density,
        middle[1] + x / (np.float32(um_per_px) * swelling) + across,
        middle[0] + y / (np.float32(um_per_px) * swelling) + down,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
    )
    if rng.random() < _STREAK_CHANCE:
        torn = _streaked(torn, rng, um_per_px)
    torn = torn * np.float32(rng.uniform(*_FADED))
    beside = density_of(_emptied(_surroundings(neighbour, rng), um_per_px))
    return np.asarray(np.clip(colour_of(np.maximum(torn, beside)), 0, 255), np.uint8)


def _shifts(rng: np.random.Generator, shape: tuple[int, ...], *, smooth: float, far: float) -> NDArray[np.float32]:
    """How many pixels each pixel moves along one axis: ``far``, alike within ``smooth`` pixels."""
    coarse = tuple(max(2, round(side / smooth)) for side in shape)
    moves = rng.normal(0, far, coarse).astype(np.float32)
    return np.asarray(cv2.resize(moves, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def _streaked(density: NDArray[np.float32], rng: np.random.Generator, um_per_px: float) -> NDArray[np.float32]:
    """Blurred along one direction, as the spreader pulled it."""
    length = max(1, round(rng.uniform(*_STREAK_UM) / um_per_px))
    angle = rng.uniform(0, math.pi)
    line = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
    end = (math.cos(angle) * length, math.sin(angle) * length)
    start, stop = ((round(length - end[0]), round(length - end[1])), (round(length + end[0]), round(length + end[1])))
    cv2.line(line, start, stop, 1.0)
    return np.asarray(cv2.filter2D(density, -1, line / line.sum()), np.float32)


def _surroundings(neighbour: Rgb, rng: np.random.Generator) -> Rgb:
    return neighbour if rng.random() < 0.5 else np.full_like(neighbour, int(GLASS))


def _emptied(patch: Rgb, um_per_px: float) -> Rgb:
    """A patch with glass where its cell was."""
    x, y = _offsets(patch, um_per_px)
    return _joined(np.full_like(patch, int(GLASS)), patch, _seam(9.0 - np.hypot(x, y)))


def _joined(inner: Rgb, outer: Rgb, kept: Mask) -> Rgb:
    return (kept * inner + (1 - kept) * outer).astype(np.uint8)


def _seam(inside_um: NDArray[Any]) -> Mask:
    """1 inside, 0 outside, a soft seam between."""
    return np.asarray(np.clip(inside_um / _SEAM_UM + 0.5, 0, 1)[..., None], np.float32)


def _offsets(patch: Rgb, um_per_px: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How far each pixel lies right of and below the middle, in micrometres."""
    rows, columns = np.indices(patch.shape[:2], dtype=np.float32)
    return (
        (columns - (patch.shape[1] - 1) / 2) * np.float32(um_per_px),
        (rows - (patch.shape[0] - 1) / 2) * np.float32(um_per_px),
    )
