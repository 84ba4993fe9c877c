"""What a picture is like as a whole, in numbers: colour in optical density, edges at several scales, the bodies in it.

A stained smear under a high magnification is bright glass with round bodies that absorb green most, their edges in every
direction alike. Photographs, screens, drawings and sections of tissue each differ in some of that. `smear_check` weighs
the numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from classifier.inference.colour import chromatin, fill_mask, optical_density
from classifier.inference.types import Floats, Rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Pictures are measured in a copy of this longest side, px; its grain in the middle of the picture as it came.
LONGEST_SIDE = 320
_GRAIN_PX = 320
_FEWEST_PIXELS = 64
_STAINED = 0.08
_ANGLES = 12
_SMALLEST_BODY_PX = 24


def measure_picture(rgb: Rgb) -> dict[str, float]:
    """Numbers that describe a picture (H, W, 3) uint8 RGB of any size, by name and always in the same order."""
    small = _small_copy(rgb)
    valid = ~fill_mask(small)
    if np.count_nonzero(valid) < _FEWEST_PIXELS:
        valid = np.ones(valid.shape, np.bool_)
    density = optical_density(small)
    found: dict[str, float] = {}
    found |= _light(small, density, valid)
    found |= _hues(density, valid)
    found |= _edges(density, valid)
    found |= _bands(density, valid)
    green = cv2.GaussianBlur(np.ascontiguousarray(density[..., 1]), (0, 0), 1.2)
    found |= _bodies("tissue", green, _otsu(green[valid], 0.05, 0.5))
    purple = cv2.GaussianBlur(chromatin(density), (0, 0), 1.2)
    found |= _bodies("nuclei", purple, max(0.35, 0.5 * float(np.percentile(purple[valid], 99.8))))
    found |= _grain(rgb)
    return {name: round(float(np.nan_to_num(value, posinf=0.0, neginf=0.0)), 5) for name, value in found.items()}


def _small_copy(rgb: Rgb) -> Rgb:
    shrink = LONGEST_SIDE / max(rgb.shape[:2])
    if shrink >= 1:
        return np.ascontiguousarray(rgb)
    size = max(1, round(rgb.shape[1] * shrink)), max(1, round(rgb.shape[0] * shrink))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _light(small: Rgb, density: Floats, valid: NDArray[np.bool_]) -> dict[str, float]:
    """The lamp and how the picture's levels lie to it: nothing in a smear is brighter than its glass."""
    pixels, seen = small[valid].astype(np.float32), density[valid]
    glass = np.abs(seen).max(axis=1) < _STAINED
    level = pixels[glass].mean(axis=0) if glass.any() else pixels.max(axis=0)
    mean = max(1.0, float(level.mean()))
    codes = (small[valid] >> 5).astype(np.int64) @ np.array([64, 8, 1])
    counts = np.bincount(codes, minlength=512) / len(codes)
    some = counts[counts > 0]
    green = np.percentile(seen[:, 1], [2, 25, 50, 75, 90, 99])
    found = {
        "glass_level": mean / 255,
        "glass_red": float(level[0] - level[1]) / mean,
        "glass_blue": float(level[2] - level[1]) / mean,
        "glass_share": float(glass.mean()),
        "fill_share": 1 - float(valid.mean()),
        "colour_entropy": float(-(some * np.log2(some)).sum()),
        "commonest_colour": float(counts.max()),
        "brighter_red": float((seen[:, 0] < -0.12).mean()),
        "brighter_green": float((seen[:, 1] < -0.12).mean()),
        "brighter_blue": float((seen[:, 2] < -0.12).mean()),
        "grey_share": float((pixels.max(axis=1) - pixels.min(axis=1) < 6).mean()),
    }
    found |= {
        f"green_{name}": float(value)
        for name, value in zip(("p2", "p25", "p50", "p75", "p90", "p99"), green, strict=True)
    }
    # Level of the glass in each of 36 parts: a lamp lights evenly or falls off to the edge.
    tall, wide = (max(1, -(-side // 6)) for side in small.shape[:2])
    parts = [
        float(np.percentile(density[y : y + tall, x : x + wide, 1], 10))
        for y in range(0, small.shape[0], tall)
        for x in range(0, small.shape[1], wide)
    ]
    return found | {"uneven": float(np.std(parts)), "darkest_part": float(np.max(parts))}


def _hues(density: Floats, valid: NDArray[np.bool_]) -> dict[str, float]:
    """Which colours absorb: haemoglobin and every smear stain absorb green most."""
    stained = density[valid & (density[..., 1] > _STAINED)]
    found = {"stained_share": len(stained) / max(1, int(valid.sum()))}
    pixels = stained if len(stained) >= _FEWEST_PIXELS else density[valid]
    red, green, blue = pixels.T
    floor = np.maximum(np.abs(green), 0.02)
    for name, ratio in (("red", red / floor), ("blue", blue / floor)):
        values = np.percentile(np.clip(ratio, -2, 4), [5, 25, 50, 75, 95])
        found |= {f"{name}_ratio_{at}": float(value) for at, value in zip((5, 25, 50, 75, 95), values, strict=True)}
    found["green_most"] = float((green >= 0.9 * np.maximum(red, blue)).mean())
    found["green_strictly_most"] = float((green >= np.maximum(red, blue) + 0.02).mean())
    everywhere = density[valid]
    across = np.sqrt(3) * (everywhere[:, 0] - everywhere[:, 2])
    along = 2 * everywhere[:, 1] - everywhere[:, 0] - everywhere[:, 2]
    strength = np.hypot(across, along)
    turns = ((np.arctan2(across, along) + np.pi) / (2 * np.pi) * _ANGLES).astype(np.int64) % _ANGLES
    shares = np.bincount(turns, weights=strength, minlength=_ANGLES) / max(1e-6, float(strength.sum()))
    found |= {f"hue_{turn}": float(share) for turn, share in enumerate(shares)}
    found["chroma"] = float(strength.mean())
    found["chroma_p95"] = float(np.percentile(strength, 95))
    spread = everywhere - everywhere.mean(axis=0)
    scale = np.sqrt((spread**2).mean(axis=0)) + 1e-4
    found["red_with_green"] = float((spread[:, 0] * spread[:, 1]).mean() / (scale[0] * scale[1]))
    found["blue_with_green"] = float((spread[:, 2] * spread[:, 1]).mean() / (scale[2] * scale[1]))
    found["spread_red"], found["spread_green"], found["spread_blue"] = (float(value) for value in scale)
    return found


def _edges(density: Floats, valid: NDArray[np.bool_]) -> dict[str, float]:
    """Strength and direction of edges: screens and drawings prefer the level and the upright, cells none."""
    found: dict[str, float] = {}
    green = np.ascontiguousarray(density[..., 1])
    inside = cv2.erode(valid.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    if not inside.any():
        inside = valid
    for sigma in (1, 2, 4):
        smooth = cv2.GaussianBlur(green, (0, 0), sigma)
        across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(smooth, cv2.CV_32F, 0, 1) / 8
        slope = cv2.magnitude(across, down)[inside]
        mean = float(slope.mean()) + 1e-5
        found[f"slope_{sigma}"] = mean
        found[f"slope_peak_{sigma}"] = float(np.percentile(slope, 99)) / mean
        found[f"slope_median_{sigma}"] = float(np.median(slope)) / mean
        strong = slope >= np.percentile(slope, 85)
        angle, weight = np.arctan2(down[inside][strong], across[inside][strong]), slope[strong] + 1e-6
        for times in (2, 4):
            found[f"direction_{times}_{sigma}"] = float(
                np.abs((weight * np.exp(1j * times * angle)).sum()) / weight.sum()
            )
        off_axis = np.abs(np.angle(np.exp(4j * angle))) / 4
        found[f"on_axis_{sigma}"] = float(weight[off_axis < np.radians(4)].sum() / weight.sum())
    found["flat_share"] = float((slope < 0.002).mean())
    return found


def _bands(density: Floats, valid: NDArray[np.bool_]) -> dict[str, float]:
    """How much of the picture is in details of each size, and whether they are darker or brighter than what is around."""
    found: dict[str, float] = {}
    green = np.ascontiguousarray(np.clip(density[..., 1], -0.5, 2))
    smooth = [cv2.GaussianBlur(green, (0, 0), sigma) for sigma in (1, 2, 4, 8, 16, 32)]
    bands = [fine - coarse for fine, coarse in zip([green, *smooth[:-1]], smooth, strict=True)]
    energies = np.array([float((band[valid] ** 2).mean()) for band in bands]) + 1e-8
    for step, (band, energy) in enumerate(zip(bands, energies, strict=True)):
        values = band[valid] / np.float32(np.sqrt(energy))
        squares = values * values
        found[f"band_{step}"] = float(energy / energies.sum())
        found[f"band_skew_{step}"] = float((squares * values).mean())
        found[f"band_peaks_{step}"] = float(np.log((squares * squares).mean() + 1e-3))
    found["detail"] = float(np.log10(energies.sum()))
    return found


def _otsu(values: Floats, least: float, most: float) -> float:
    levels = (np.clip(values, 0, 1) * 255).astype(np.uint8).reshape(-1, 1)
    level, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_OTSU)
    return float(np.clip(level / 255, least, most))


def _bodies(name: str, strength: Floats, level: float) -> dict[str, float]:
    """How many bodies stand out above `level`, how large and how round they are; sizes as shares of the longest side."""
    mask = (strength > level).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    longest = max(mask.shape)
    areas, round_, solid, straight = [], [], [], []
    for contour in contours:
        area = cv2.contourArea(contour)
        if area < _SMALLEST_BODY_PX:
            continue
        around = cv2.arcLength(contour, closed=True)
        areas.append(area)
        round_.append(min(1.2, 4 * np.pi * area / max(1.0, around) ** 2))
        solid.append(area / max(1.0, cv2.contourArea(cv2.convexHull(contour))))
        _, (tall, wide), _ = cv2.minAreaRect(contour)
        straight.append(area / max(1.0, tall * wide))
    found = dict.fromkeys(
        ("count", "share", "largest", "size", "size_spread", "round", "round_share", "solid", "straight", "level"), 0.0
    )
    found["level"] = level
    found["share"] = float(mask.mean())
    if areas:
        sizes = np.sqrt(np.array(areas)) / longest
        weights = np.array(areas) / sum(areas)
        found |= {
            "count": np.log1p(len(areas)),
            "largest": float(sizes.max()),
            "size": float(np.median(sizes)),
            "size_spread": float(sizes.std() / sizes.mean()),
            "round": float(np.median(round_)),
            "round_share": float(weights[np.array(round_) > 0.7].sum()),
            "solid": float((weights * solid).sum()),
            "straight": float(np.median(straight)),
        }
    return {f"{name}_{key}": value for key, value in found.items()}


def _grain(rgb: Rgb) -> dict[str, float]:
    """The finest detail of the middle of the picture: noise of a camera, the flat colours of a drawing, the grid of a screen."""
    height, width = rgb.shape[:2]
    top, left = max(0, (height - _GRAIN_PX) // 2), max(0, (width - _GRAIN_PX) // 2)
    middle = np.ascontiguousarray(rgb[top : top + _GRAIN_PX, left : left + _GRAIN_PX])
    grey = cv2.cvtColor(middle, cv2.COLOR_RGB2GRAY).astype(np.float32)
    found = {"same_as_neighbour": 0.0, "noise": 0.0, "sharpest_line": 0.0, "grid": 0.0}
    if min(grey.shape) < 16:
        return found
    found["same_as_neighbour"] = float((middle[:, 1:] == middle[:, :-1]).all(axis=2).mean())
    fine = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    found["noise"] = float(np.median(fine)) / 255
    found["sharpest_line"] = float(np.percentile(fine, 99.5)) / 255
    window = np.outer(np.hanning(grey.shape[0]), np.hanning(grey.shape[1])).astype(np.float32)
    power = np.log(np.abs(np.fft.rfft2((grey - grey.mean()) * window)) + 1.0)
    rows, columns = np.fft.fftfreq(grey.shape[0])[:, None], np.fft.rfftfreq(grey.shape[1])[None]
    fast = np.hypot(rows, columns) > 0.15
    around = cv2.blur(power.astype(np.float32), (15, 15))
    found["grid"] = float(np.percentile((power - around)[fast], 99.98))
    return found
