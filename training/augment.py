"""Augmentation: one patch in, one bent view out, every number drawn from one seeded generator.

Colour is varied where slides and cameras differ: the stains of another smear and camera (``training.stains``), the
strength of each stain in optical density (the haematoxylin-eosin-residual directions of Ruifrok & Johnston 2001, close
enough to azure-eosin), the curve of each channel, white balance, exposure, contrast, gamma, hue and saturation; then
focus, sensor noise and JPEG. What lies around the cell is sometimes removed or taken from another image, so that
the network learns the cell and not its neighbours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from classifier.inference.crops import GLASS
from training.stains import Palette, colour_of, density_of, random_palette, restaining

_HED = np.array([[0.65, 0.70, 0.29], [0.07, 0.99, 0.11], [0.27, 0.57, 0.78]])
_HED /= np.linalg.norm(_HED, axis=1, keepdims=True)
_HED_INVERSE = np.linalg.inv(_HED)
_LUMA = np.array([0.299, 0.587, 0.114])
_GREY_AXIS = np.ones(3) / math.sqrt(3)
_GREY_CROSS = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)
#: Radius of the cell that is kept when its surroundings are exchanged, and the width of the seam.
_CELL_UM, _SEAM_UM = (8.5, 11.0), 0.8
#: Past this many patch pixels to one of the view, plain bilinear sampling would alias.
_SUPERSAMPLE_FROM = 1.3

Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class Strength:
    """How far each variation goes. Angles in degrees, shift in micrometres, noise in grey levels, chances 0-1."""

    rotation: float = 180.0
    flip: float = 0.5
    zoom: float = 0.22
    aspect: float = 0.08
    shear: float = 0.08
    shift_um: float = 1.2
    stain: float = 0.30
    white_balance: float = 0.08
    brightness: float = 0.08
    contrast: float = 0.10
    saturation: float = 0.40
    hue: float = 18.0
    gamma: float = 0.25
    blur_chance: float = 0.4
    blur_um: float = 0.35
    sharpen_chance: float = 0.15
    noise: float = 4.0
    jpeg_chance: float = 0.3
    restain_chance: float = 0.6
    grey_chance: float = 0.06
    curve: float = 0.15
    surroundings_chance: float = 0.2

    def scaled(self, factor: float) -> Strength:
        """Every variation times ``factor``, save turning and flipping, which cost a smear nothing."""
        kept = {"rotation", "flip"}
        return replace(self, **{f.name: getattr(self, f.name) * factor for f in fields(self) if f.name not in kept})


def plain_view(patch: Rgb, *, size: int, zoom_out: float) -> Rgb:
    """The middle of a patch at the network's scale, ``(size, size, 3)`` uint8; ``zoom_out`` patch pixels to a pixel."""
    return _sample(patch, np.eye(2) * zoom_out, np.zeros(2), size, zoom_out)


def augmented_view(
    patch: Rgb,
    *,
    rng: np.random.Generator,
    strength: Strength,
    size: int,
    zoom_out: float,
    um_per_px: float,
    palette: Palette | None = None,
    neighbour: Rgb | None = None,
) -> Rgb:
    """A bent, restained, refocused view of a white-balanced patch, ``(size, size, 3)`` uint8.

    ``um_per_px`` is the scale of the view, ``palette`` what the patch's camera makes of its stain (None: it is not
    exchanged), ``neighbour`` a patch to take other surroundings from (None: only glass). The same generator state gives
    the same view.
    """
    linear, shift = _geometry(rng, strength, zoom_out, um_per_px)
    seen = _sample(patch, linear, shift, size, zoom_out)
    if rng.random() < strength.surroundings_chance:
        seen = _other_surroundings(seen, neighbour, rng, strength, zoom_out, um_per_px)
    view = _restain(seen, rng, strength, palette)
    view = _refocus(view, rng, strength, um_per_px)
    view += rng.normal(0, abs(rng.normal(0, strength.noise)) + 1e-6, view.shape).astype(np.float32)
    pixels = np.clip(view, 0, 255).astype(np.uint8)
    if rng.random() < strength.jpeg_chance:
        quality = int(rng.integers(35, 90))
        coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        pixels = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return pixels


def _geometry(
    rng: np.random.Generator, s: Strength, zoom_out: float, um_per_px: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A matrix from view offsets to patch offsets, both from the middle, and a shift in patch pixels."""
    angle = math.radians(rng.uniform(-s.rotation, s.rotation))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    zoom = zoom_out * math.exp(rng.uniform(-s.zoom, s.zoom))
    aspect = math.exp(rng.uniform(-s.aspect, s.aspect))
    mirror = -1.0 if rng.random() < s.flip else 1.0
    stretch = np.array([[zoom * aspect * mirror, zoom * rng.uniform(-s.shear, s.shear)], [0, zoom / aspect]])
    shift = rng.uniform(-s.shift_um, s.shift_um, 2) / um_per_px * zoom_out
    return turn @ stretch, shift


def _sample(patch: Rgb, linear: NDArray[np.float64], shift: NDArray[np.float64], size: int, zoom_out: float) -> Rgb:
    finer = 2 if zoom_out > _SUPERSAMPLE_FROM else 1
    wide = size * finer
    linear = linear / finer
    middle = np.array([(patch.shape[1] - 1) / 2, (patch.shape[0] - 1) / 2]) + shift
    offset = middle - linear @ np.full(2, (wide - 1) / 2)
    view = cv2.warpAffine(
        patch,
        np.hstack([linear, offset[:, None]]),
        (wide, wide),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(GLASS, GLASS, GLASS),
    )
    return cv2.resize(view, (size, size), interpolation=cv2.INTER_AREA) if finer > 1 else view


def _other_surroundings(
    view: Rgb, neighbour: Rgb | None, rng: np.random.Generator, s: Strength, zoom_out: float, um_per_px: float
) -> Rgb:
    """The cell in the middle of glass, or of what surrounds another cell, which is turned about and moved aside."""
    size = view.shape[0]
    across = np.abs(np.arange(size) - (size - 1) / 2) * um_per_px
    seam = (rng.uniform(*_CELL_UM) - np.hypot(across[:, None], across[None, :])) / _SEAM_UM
    kept = np.clip(seam + 0.5, 0, 1)[..., None].astype(np.float32)
    other: Rgb | float = GLASS
    if neighbour is not None and rng.random() < 0.5:
        linear, shift = _geometry(rng, s, zoom_out, um_per_px)
        other = _sample(neighbour, linear, shift, size, zoom_out)
    mixed: Rgb = (kept * view + (1 - kept) * other).astype(np.uint8)
    return mixed


def _restain(view: Rgb, rng: np.random.Generator, s: Strength, palette: Palette | None) -> NDArray[np.float32]:
    gains = np.diag(1 + rng.uniform(-s.stain, s.stain, 3))
    matrix = (_HED_INVERSE @ gains @ _HED).astype(np.float32)
    if palette is not None and rng.random() < s.restain_chance:
        matrix = restaining(palette, random_palette(rng)) @ matrix
    density = density_of(view) @ matrix
    curve = np.exp(rng.uniform(-s.curve, s.curve, 3)).astype(np.float32)
    # Below zero is brighter than glass: no camera's curve bends that.
    restained = colour_of(np.where(density > 0, np.maximum(density, 0) ** curve, density))
    angle = math.radians(rng.uniform(-s.hue, s.hue))
    # Rodrigues' rotation about the grey axis turns hue and keeps brightness.
    hue = np.eye(3) + math.sin(angle) * _GREY_CROSS + (1 - math.cos(angle)) * _GREY_CROSS @ _GREY_CROSS
    kept = 0.0 if rng.random() < s.grey_chance else 1 + rng.uniform(-s.saturation, s.saturation)
    saturation = kept * np.eye(3) + (1 - kept) * np.outer(_LUMA, np.ones(3))
    balance = np.diag(1 + rng.uniform(-s.white_balance, s.white_balance, 3))
    contrast = 1 + rng.uniform(-s.contrast, s.contrast)
    colour = (contrast * saturation @ hue.T @ balance).astype(np.float32)
    glass = GLASS + 255 * rng.uniform(-s.brightness, s.brightness)
    recoloured = (restained - GLASS) @ colour + np.float32(glass)
    gamma = math.exp(rng.uniform(-s.gamma, s.gamma))
    return np.asarray(255 * np.clip(recoloured / 255, 0, 1) ** gamma, np.float32)


def _refocus(view: NDArray[np.float32], rng: np.random.Generator, s: Strength, um_per_px: float) -> NDArray[np.float32]:
    kind, amount = rng.random(), rng.random()
    if kind < s.blur_chance and s.blur_um > 0:
        return cv2.GaussianBlur(view, (0, 0), max(0.2, amount * s.blur_um / um_per_px))
    if kind > 1 - s.sharpen_chance:
        return view + np.float32(amount * 0.7) * (view - cv2.GaussianBlur(view, (0, 0), 1.0))
    return view
