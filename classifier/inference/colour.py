"""Optical density against the field's own background: the colour space the detector and the ruler work in.

A smear is a transmitted-light image. Dividing by the colour of the empty background takes lamp and white balance
out, and the logarithm makes stain add up (Beer-Lambert): ``OD = -ln(I / I0)`` per channel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.filters import threshold_multiotsu

from classifier.inference.picture_limits import BRIGHTEST_FROM, FEWEST_PIXELS, FILL_LEVEL
from classifier.inference.quantiles import quantile_of_levels

Rgb = NDArray[np.uint8]
Float = NDArray[np.float32]

_STRIP_PIXELS = 1 << 17
#: Chromatin strength: below the first a pixel is unstained; a field's threshold lies between the other two.
_STAINED = 0.05
_LEVEL_FLOOR, _LEVEL_CEILING = 0.5, 2.0
#: A nucleus is cut at this share of the level between the second and the third class of stained pixels.
_LEVEL_SHARE = 0.8
_LEVEL_BINS, _STRONGEST = 64, 3.0


def fill_mask(rgb: Rgb) -> NDArray[np.bool_]:
    """Pixels outside the original image (black fill), ``(H, W)``; they are no tissue and no background."""
    return np.concatenate([_is_fill(cv2.split(strip)) for _, strip in _strips(rgb)])


def background_colour(rgb: Rgb) -> Float:
    """The colour of empty glass, ``(3,)`` float32 in 1-255: the median of the brightest third in the green channel.

    Haemoglobin and every smear stain absorb green, so the brightest third of a readable field is plasma and glass.
    """
    seen = np.zeros(256, np.int64)
    for _, strip in _strips(rgb):
        planes = cv2.split(strip)
        fill = _is_fill(planes)
        # Counting all of a plane is a third cheaper than counting what a mask leaves.
        seen += _level_counts(planes[1], ~fill if fill.any() else None)
    if seen.sum() < FEWEST_PIXELS:
        return np.full(3, 255.0, np.float32)
    dimmest = int(np.ceil(quantile_of_levels(seen, BRIGHTEST_FROM)))
    counts = np.zeros((3, 256), np.int64)
    counts[1, dimmest:] = seen[dimmest:]
    for _, strip in _strips(rgb):
        planes = cv2.split(strip)
        brightest = planes[1] >= dimmest
        if dimmest < FILL_LEVEL:
            brightest &= ~_is_fill(planes)
        counts[0] += _level_counts(planes[0], brightest)
        counts[2] += _level_counts(planes[2], brightest)
    return np.maximum([quantile_of_levels(channel, 0.5) for channel in counts], 1.0).astype(np.float32)


def _strips(rgb: Rgb) -> Iterator[tuple[slice, Rgb]]:
    """A field in strips that stay in the processor's cache, each with its rows: a large field whole is several times as slow."""
    step = max(1, _STRIP_PIXELS // rgb.shape[1])
    for top in range(0, rgb.shape[0], step):
        rows = slice(top, min(top + step, rgb.shape[0]))
        yield rows, np.ascontiguousarray(rgb[rows])


def _is_fill(planes: Sequence[NDArray[np.uint8]]) -> NDArray[np.bool_]:
    return np.asarray(cv2.max(cv2.max(planes[0], planes[1]), planes[2]) < FILL_LEVEL)


def _level_counts(plane: NDArray[np.uint8], mask: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    """How many pixels of a plane, within a mask if there is one, have each of the 256 levels."""
    within = None if mask is None else mask.view(np.uint8)
    return cv2.calcHist([plane], [0], within, [256], [0, 256]).ravel().astype(np.int64)


def optical_density(rgb: Rgb) -> Float:
    """``(H, W, 3)`` float32 optical density against the background; 0 is glass, fill is 0 as well."""
    density = cv2.LUT(np.ascontiguousarray(rgb), _density_of_levels(rgb)[None])
    density[fill_mask(rgb)] = 0.0
    return density


def chromatin_and_tissue(rgb: Rgb, *, denser_than: float) -> tuple[Float, NDArray[np.bool_]]:
    """``chromatin`` of a field, and where its green optical density is above ``denser_than``, both ``(H, W)``.

    As reckoned with ``optical_density``, without ever holding that of a whole field.
    """
    table = _density_of_levels(rgb)
    strength, tissue = np.empty(rgb.shape[:2], np.float32), np.empty(rgb.shape[:2], np.bool_)
    for rows, strip in _strips(rgb):
        planes = cv2.split(strip)
        # A plane a channel, seen as (H, W, 3): whole rows of one channel are several times as fast to reckon with.
        density = np.stack([cv2.LUT(plane, table[:, channel]) for channel, plane in enumerate(planes)])
        density[:, _is_fill(planes)] = 0.0
        strength[rows] = chromatin(np.moveaxis(density, 0, -1))
        np.greater(density[1], denser_than, out=tissue[rows])
    return strength, tissue


def _density_of_levels(rgb: Rgb) -> Float:
    """The optical density of each level of each channel of a field, ``(256, 3)`` float32."""
    levels = np.maximum(np.arange(256, dtype=np.float32), 1.0)
    return -np.log(levels[:, None] / background_colour(rgb)[None, :]).astype(np.float32)


def purpleness(density: Float) -> Float:
    """How nuclear a pixel looks: ``OD_red + OD_green - 2 OD_blue``, ``(H, W)`` float32.

    Azure and eosin on chromatin absorb red and green and pass blue; haemoglobin absorbs blue as much as green, so a
    red cell comes out near zero at any stain strength.
    """
    return density[..., 0] + density[..., 1] - 2.0 * density[..., 2]


def chromatin(density: Float) -> Float:
    """How nuclear a pixel looks on any camera, ``(H, W)`` float32: two cues in one, on the scale of ``purpleness``.

    ``purpleness`` alone takes bluish red cells for nuclei, as some stains and white balances show them. What azure
    does and haemoglobin never does is to absorb more green than red and blue: ``OD_green - max(OD_red, OD_blue)``.
    Their weighted sum finds nuclei in both kinds of field.
    """
    greenness = density[..., 1] - np.maximum(density[..., 0], density[..., 2])
    return np.asarray((purpleness(density) + 3.0 * greenness) / 2.05, np.float32)


def chromatin_level(strength: Float) -> float:
    """The strength above which a pixel of this field is chromatin, from a field's ``chromatin``, smoothed.

    Stained pixels fall into cytoplasm and red cells, pale and dense chromatin: three classes after Otsu (multi-level,
    Liao et al. 2001). The level follows the upper boundary within limits, so that a field without a nucleus finds none.
    """
    stained = (strength > _STAINED).view(np.uint8)
    if cv2.countNonZero(stained) < FEWEST_PIXELS:
        return _LEVEL_FLOOR
    # Within a mask: picking the stained pixels out of a large field takes longer than all the rest.
    capped = np.minimum(strength, _STRONGEST)
    least, most, _, _ = cv2.minMaxLoc(capped, stained)
    edges = np.linspace(np.float32(least), np.float32(most), _LEVEL_BINS + 1)
    # The upper end of the range is exclusive there.
    counts = cv2.calcHist([capped], [0], stained, [_LEVEL_BINS], [edges[0], edges[-1] + 1e-3]).ravel()
    if np.count_nonzero(counts) < 3:
        return _LEVEL_FLOOR
    upper = threshold_multiotsu(classes=3, hist=(counts, (edges[:-1] + edges[1:]) / 2))[1]
    return float(np.clip(_LEVEL_SHARE * upper, _LEVEL_FLOOR, _LEVEL_CEILING))
