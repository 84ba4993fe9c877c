"""Is this image fit to be analysed, and if not, what should be done about it.

Five measurements: is it a smear at all, is it sharp, is it well lit, is it well stained, is its scale known. The limits were set on the 368 BCCD
fields and on PBC images (all but a few in a hundred of them good), on the same images blurred and darkened, and on
photographs of other things; the figures stand beside the limits.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from classifier.inference.colour import background_colour, fill_mask, optical_density, purpleness
from classifier.inference.quantiles import percentile
from classifier.inference.scale import DEFAULT_UM_PER_PX, RedCellRuler, measure_red_cells
from classifier.inference.smear_check import installed_weights, smear_score
from classifier.inference.types import Floats, Measurement, Quality, Rgb, Verdict

# Width of the sharpest edges, um. BCCD: median 0.26, 99 % under 0.49; with 0.66 um of blur added: median 0.77.
_SHARP_UM, _SOFT_UM = 0.48, 0.72
_EDGE_SHARE = 99.0
_FOCUS_SCALE_UM = 0.15
_TILE_PX = 1280

# Level of empty glass, 0-255. BCCD 200, PBC 228; darkened to 0.4: 80.
_BRIGHT, _DIM = 150.0, 100.0
_ALL_BLACK = 0.8
# Share of pixels burnt out in green, the channel all stain is seen in. BCCD and PBC: 0.
_BURNT, _BURNT_OUT = 0.25, 0.6

# 99.8th percentile of purpleness, the darkest chromatin. BCCD 1.0-1.9, PBC 1.3-3.3.
_WELL_STAINED, _FAINT = 0.8, 0.45
# Red over green optical density of chromatin. BCCD and PBC 0.45-0.75.
_TOO_RED, _TOO_BLUE = 0.25, 1.0

# Share of stained pixels that absorb green most, as haemoglobin and every smear stain do. BCCD 0.59-0.97, PBC over 0.98.
_SMEAR_COLOURS = 0.54
# Spread between channels: smears 0.06-0.25, grey images 0.
_GREY = 0.02
_GREY_EXACT = 0.004
_EMPTY_SHARE = 0.004
_STAINED = 0.08
# Nothing in a smear is so much brighter than its glass, in optical density.
_BRIGHTER = 0.12
_LONGEST_SIDE = 320

_EMPTY = "The image is empty: no stained cell of any kind. Move to where the cells are."
_WITHOUT_COLOUR = (
    "This is an image without colour, not a stained blood smear: no cell was searched for in it. Switch the camera to "
    "colour and retake it."
)
_NO_SMEAR = (
    "This does not look like a stained blood smear under the microscope: no cell was searched for in it. Send the picture "
    "that was taken through the objective; if this is one, the pathologist can say so."
)
_CONFIRMED = "It does not look like a blood smear, and a pathologist says that it is one."


@dataclass(frozen=True, slots=True)
class SmearVerdict:
    """Whether an image is a field of a smear; `is_other` where it is a picture of something else, not merely empty glass."""

    measurement: Measurement
    is_other: bool = False


def assess(
    rgb: Rgb,
    *,
    cells_found: int | None,
    um_per_px: float | None = None,
    ruler: RedCellRuler | None = None,
    scale: Measurement | None = None,
    smear: SmearVerdict | None = None,
) -> Quality:
    """Judge an image (H, W, 3) uint8 RGB.

    `cells_found` is how many nucleated cells the detector found, None when it was not asked; `um_per_px` and `ruler` save
    measuring them again, `scale` is what was found out about the scale, `smear` what `judge_smear` said. The verdict is the
    worst measurement; measurements are `smear`, `focus`, `exposure`, `stain`, and `scale` where it was judged, and `smear`
    alone where it is none.
    """
    smear = smear or judge_smear(rgb)
    if smear.measurement.verdict == "poor":
        return Quality("poor", {"smear": smear.measurement}, is_other=smear.is_other)
    ruler = ruler or measure_red_cells(rgb)
    working_scale = um_per_px or ruler.um_per_px or DEFAULT_UM_PER_PX
    shrink = min(1.0, _LONGEST_SIDE / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else rgb
    density = optical_density(small)
    measurements = {
        "smear": smear.measurement,
        "focus": _focus(rgb, working_scale),
        "exposure": _exposure(small),
        "stain": _stain(density, cells_found),
    }
    if scale is not None:
        measurements["scale"] = scale
    verdicts = [measurement.verdict for measurement in measurements.values()]
    order: tuple[Verdict, ...] = ("poor", "acceptable", "good")
    return Quality(next(verdict for verdict in order if verdict in verdicts), measurements)


def edge_width(rgb: Rgb, um_per_px: float) -> float:
    """Blur of the strongest edges as a standard deviation, um: small is sharp.

    An edge blurred by b, seen through a Gaussian of s, has a peak slope proportional to 1 / sqrt(b^2 + s^2). The
    ratio of the slopes at s and 2 s therefore gives b whatever the edge's contrast is. At most the middle 1280 x 1280 px
    are measured. NaN when there are no edges.
    """
    height, width = rgb.shape[:2]
    top, left = max(0, (height - _TILE_PX) // 2), max(0, (width - _TILE_PX) // 2)
    tile = rgb[top : top + _TILE_PX, left : left + _TILE_PX]
    # Logarithm, so that a dark exposure has the same edges as a bright one.
    levels = np.log(np.maximum(np.arange(256, dtype=np.float32), 8.0)).astype(np.float32)
    grey = cv2.LUT(cv2.cvtColor(np.ascontiguousarray(tile), cv2.COLOR_RGB2GRAY), levels)
    fine_px = max(1.0, _FOCUS_SCALE_UM / um_per_px)
    fine, coarse = _slope(grey, fine_px), _slope(grey, 2 * fine_px)
    edges = coarse >= percentile(coarse, _EDGE_SHARE)
    steepest = float(coarse[edges].mean())
    if steepest < 1e-4:
        return float("nan")
    ratio = float(np.clip(fine[edges].mean() / steepest, 1.001, 1.999))
    return float(fine_px * np.sqrt((4 - ratio**2) / (ratio**2 - 1)) * um_per_px)


def _slope(grey: Floats, sigma: float) -> Floats:
    smooth = cv2.GaussianBlur(grey, (0, 0), sigma)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), np.float32)


def _focus(rgb: Rgb, um_per_px: float) -> Measurement:
    value = edge_width(rgb, um_per_px)
    if np.isnan(value):
        return Measurement(0.0, "poor", "Nothing in this image has an edge: refocus on the cells and retake it.")
    value = round(value, 3)
    if value <= _SHARP_UM:
        return Measurement(value, "good", "Sharp.")
    if value <= _SOFT_UM:
        return Measurement(value, "acceptable", "Slightly out of focus: turn the fine focus and compare.")
    return Measurement(value, "poor", "Out of focus: refocus at the feathered edge and retake the image.")


def _exposure(rgb: Rgb) -> Measurement:
    # Black fill is no background; where nearly everything is black, there is nothing else to measure.
    black = float(fill_mask(rgb).mean()) > _ALL_BLACK
    level = round(float(rgb.mean() if black else background_colour(rgb).mean()), 1)
    burnt = float((rgb[..., 1] >= 254).mean())
    if burnt > _BURNT_OUT:
        return Measurement(
            level, "poor", "Overexposed: most of the image is pure white. Lower the lamp or the exposure."
        )
    if level < _DIM:
        return Measurement(level, "poor", "Too dark: raise the lamp or the exposure and retake the image.")
    if burnt > _BURNT:
        return Measurement(
            level, "acceptable", "Rather bright: pale cytoplasm may be lost. Lower the exposure a little."
        )
    if level < _BRIGHT:
        return Measurement(level, "acceptable", "Rather dark: raise the exposure a little.")
    return Measurement(level, "good", "Well lit.")


def _stain(density: Floats, cells_found: int | None) -> Measurement:
    purple = purpleness(cv2.GaussianBlur(density, (0, 0), 1.2))
    strength = round(percentile(purple, 99.8), 3)
    if cells_found == 0:
        return Measurement(strength, "acceptable", "No nucleus was found to judge the stain by.")
    if strength < _FAINT:
        return Measurement(strength, "poor", "Nuclei hardly stained: check the stain's age and time, and stain again.")
    chromatin = density[purple >= max(_FAINT, 0.6 * strength)]
    hue = float(np.median(chromatin[:, 0]) / max(1e-3, float(np.median(chromatin[:, 1])))) if len(chromatin) else 0.5
    if strength < _WELL_STAINED:
        return Measurement(strength, "acceptable", "Nuclei are pale: a longer stain would show the chromatin better.")
    if hue < _TOO_RED:
        return Measurement(strength, "acceptable", "The stain is too red: the buffer may be too acid.")
    if hue > _TOO_BLUE:
        return Measurement(
            strength, "acceptable", "The stain is too blue: the buffer may be too alkaline, or rinsing too short."
        )
    return Measurement(strength, "good", "Well stained.")


def judge_smear(rgb: Rgb, *, is_confirmed: bool = False) -> SmearVerdict:
    """Whether an image (H, W, 3) uint8 RGB shows a stained smear at all, with its likeness to one, 0 to 1, as the value.

    `is_confirmed` where a pathologist said that it is one although it looks like none: then it counts as one.
    """
    shrink = min(1.0, _LONGEST_SIDE / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else rgb
    density = optical_density(small)
    stained = density[density[..., 1] > _STAINED]
    if len(stained) < _EMPTY_SHARE * density.shape[0] * density.shape[1]:
        is_other = float((density.min(axis=2) < -_BRIGHTER).mean()) >= _EMPTY_SHARE
        return SmearVerdict(Measurement(0.0, "poor", _NO_SMEAR if is_other else _EMPTY), is_other=is_other)
    score = smear_score(rgb)
    red, green, blue = stained.T
    # Channel by channel: numpy's own range over three neighbours takes ten times as long.
    strongest, weakest = (take(take(red, green), blue) for take in (np.maximum, np.minimum))
    spread = float(np.median(strongest - weakest))
    if (spread <= _GREY_EXACT or score < installed_weights().limit) and not is_confirmed:
        sentence = _WITHOUT_COLOUR if spread <= _GREY_EXACT else _NO_SMEAR
        return SmearVerdict(Measurement(score, "poor", sentence), is_other=True)
    unusual = ""
    if score < installed_weights().limit:
        unusual = _CONFIRMED
    elif spread < _GREY:
        unusual = "The image has almost no colour: check the camera's settings."
    elif float((green >= 0.9 * np.maximum(red, blue)).mean()) < _SMEAR_COLOURS:
        unusual = "The colours are unusual for a blood smear: check the white balance."
    return SmearVerdict(Measurement(score, "acceptable" if unusual else "good", unusual or "A stained smear."))
