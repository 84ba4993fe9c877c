"""Optical density against the field's own background: the colour space the detector and the ruler work in.

A smear is a transmitted-light image. Dividing by the colour of the empty background takes lamp and white balance
out, and the logarithm makes stain add up (Beer-Lambert): ``OD = -ln(I / I0)`` per channel.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.filters import threshold_multiotsu

Rgb = NDArray[np.uint8]
Float = NDArray[np.float32]

#: Augmented and rotated images carry pure black (sometimes ringing to about 12) outside the original frame.
FILL_LEVEL = 14
_FEWEST_PIXELS = 64
_BRIGHTEST_FROM = 0.67
#: Chromatin strength: below the first a pixel is unstained; a field's threshold lies between the other two.
_STAINED = 0.05
_LEVEL_FLOOR, _LEVEL_CEILING = 0.5, 2.0
#: A nucleus is cut at this share of the level between the second and the third class of stained pixels.
_LEVEL_SHARE = 0.8
_LEVEL_BINS, _STRONGEST = 64, 3.0


def fill_mask(rgb: Rgb) -> NDArray[np.bool_]:
    """Pixels outside the original image (black fill), ``(H, W)``; they are no tissue and no background."""
    # Channel by channel: numpy's own maximum over three neighbours takes several times as long.
    return np.maximum(np.maximum(rgb[..., 0], rgb[..., 1]), rgb[..., 2]) < FILL_LEVEL


def background_colour(rgb: Rgb) -> Float:
    """The colour of empty glass, ``(3,)`` float32 in 1-255: the median of the brightest third in the green channel.

    Haemoglobin and every smear stain absorb green, so the brightest third of a readable field is plasma and glass.
    """
    seen = (~fill_mask(rgb)).astype(np.uint8)
    if np.count_nonzero(seen) < _FEWEST_PIXELS:
        return np.full(3, 255.0, np.float32)
    rgb = np.ascontiguousarray(rgb)
    brightest = seen & (rgb[..., 1] >= _quantile(rgb, 1, seen, _BRIGHTEST_FROM))
    return np.maximum([_quantile(rgb, channel, brightest, 0.5) for channel in range(3)], 1.0).astype(np.float32)


def _quantile(rgb: Rgb, channel: int, mask: NDArray[np.uint8], share: float) -> float:
    """As ``numpy.quantile`` of one channel within a mask; counting 256 levels is many times faster than sorting."""
    upto = np.cumsum(cv2.calcHist([rgb], [channel], mask, [256], [0, 256]).ravel().astype(np.int64))
    place = share * (upto[-1] - 1)
    lower, upper = np.searchsorted(upto, [np.floor(place), np.ceil(place)], side="right")
    return float(lower + (place - np.floor(place)) * (upper - lower))


def optical_density(rgb: Rgb) -> Float:
    """``(H, W, 3)`` float32 optical density against the background; 0 is glass, fill is 0 as well."""
    table = -np.log(np.maximum(np.arange(256, dtype=np.float32), 1.0)[:, None] / background_colour(rgb)[None, :])
    density = cv2.LUT(np.ascontiguousarray(rgb), table.astype(np.float32)[None])
    density[fill_mask(rgb)] = 0.0
    return density


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
    stained = np.minimum(strength[strength > _STAINED], _STRONGEST)
    if stained.size < _FEWEST_PIXELS:
        return _LEVEL_FLOOR
    edges = np.linspace(stained.min(), stained.max(), _LEVEL_BINS + 1)
    # The upper end of the range is exclusive there.
    counts = cv2.calcHist([stained], [0], None, [_LEVEL_BINS], [edges[0], edges[-1] + 1e-3]).ravel()
    if np.count_nonzero(counts) < 3:
        return _LEVEL_FLOOR
    upper = threshold_multiotsu(classes=3, hist=(counts, (edges[:-1] + edges[1:]) / 2))[1]
    return float(np.clip(_LEVEL_SHARE * upper, _LEVEL_FLOOR, _LEVEL_CEILING))
