"""What stains and cameras make of the same tissue: two colours in optical density, measured and exchanged.

Light through a smear is absorbed by chromatin and by haemoglobin, each with a colour of its own on every pair of stain
and camera. A view is taken from one pair to another by one matrix on its optical densities (Beer-Lambert), which keeps
how much of each there is, pixel by pixel, as stain normalisation after Macenko et al. 2009 does.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from classifier.inference.colour import Rgb, chromatin, chromatin_level, optical_density
from classifier.inference.crops import GLASS

Vector = NDArray[np.float64]

#: Ranges of random palettes, somewhat wider than what five cameras show: red and blue of the unit vector, then the length.
#: Measured medians (red, blue, length): chromatin 0.31-0.51, -0.08-0.24, 0.76-2.07; red cells 0.32-0.61, 0.36-0.58, 0.32-0.75.
_CHROMATIN = ((0.24, 0.58), (-0.14, 0.32), (0.65, 2.3))
_HAEMOGLOBIN = ((0.24, 0.68), (0.28, 0.65), (0.25, 0.85))
_TISSUE_DENSITY = 0.1
_FEWEST_PIXELS = 200


@dataclass(frozen=True)
class Palette:
    """Typical optical density ``(3,)`` of chromatin and of haemoglobin on one stain and camera, red, green, blue."""

    chromatin: Vector
    haemoglobin: Vector

    def basis(self) -> NDArray[np.float64]:
        """Three rows: chromatin, haemoglobin, and the unit direction neither of them has any of."""
        other = np.cross(self.chromatin, self.haemoglobin)
        return np.stack([self.chromatin, self.haemoglobin, other / np.linalg.norm(other)])


def measure_palette(patches: NDArray[np.uint8]) -> Palette | None:
    """The palette of white-balanced patches ``(N, H, W, 3)`` of one camera: medians over pixels, then over patches.

    None when no patch shows both enough chromatin and enough red-cell tissue to measure.
    """
    nuclear, red = [], []
    for patch in patches:
        density = optical_density(patch)
        strength = cv2.GaussianBlur(chromatin(density), (0, 0), 1.5)
        mask = strength > chromatin_level(strength)
        beside = cv2.dilate(mask.astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
        tissue = beside & (density[..., 1] > _TISSUE_DENSITY)
        if np.count_nonzero(mask) >= _FEWEST_PIXELS and np.count_nonzero(tissue) >= _FEWEST_PIXELS:
            nuclear.append(np.median(density[mask], axis=0))
            red.append(np.median(density[tissue], axis=0))
    if not nuclear:
        return None
    return Palette(np.median(nuclear, axis=0).astype(np.float64), np.median(red, axis=0).astype(np.float64))


def random_palette(rng: np.random.Generator) -> Palette:
    """A palette some stain and camera may have, evenly drawn from the ranges above."""
    return Palette(_random_density(rng, _CHROMATIN), _random_density(rng, _HAEMOGLOBIN))


def _random_density(rng: np.random.Generator, ranges: tuple[tuple[float, float], ...]) -> Vector:
    red, blue, length = (rng.uniform(*limits) for limits in ranges)
    green = np.sqrt(max(0.05, 1 - red**2 - blue**2))
    direction = np.array([red, green, blue])
    return np.asarray(length * direction / np.linalg.norm(direction))


def restaining(source: Palette, target: Palette, *, most: float = 1.8) -> NDArray[np.float32]:
    """The matrix ``(3, 3)`` that takes densities ``(..., 3)`` of one palette to another: ``density @ matrix``.

    No stain is made stronger than ``most`` times or weaker than the inverse, so that noise is not blown up.
    """
    wanted = target.basis()
    for row, own in enumerate(source.basis()[:2]):
        length, asked = np.linalg.norm(own), np.linalg.norm(wanted[row])
        wanted[row] *= np.clip(asked / length, 1 / most, most) * length / asked
    return np.asarray(np.linalg.inv(source.basis()) @ wanted, np.float32)


def density_of(view: Rgb) -> NDArray[np.float32]:
    """Optical densities ``(H, W, 3)`` of a white-balanced view, whose glass is known."""
    return _DENSITY[view]


def colour_of(density: NDArray[np.float32]) -> NDArray[np.float32]:
    """The view ``(H, W, 3)`` float32 of optical densities: the inverse of ``density_of``."""
    return np.asarray(np.exp(-density) * (GLASS + 1) - 1, np.float32)


_DENSITY = -np.log((np.arange(256, dtype=np.float32) + 1) / np.float32(GLASS + 1))
