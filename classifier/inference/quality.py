"""Is this image fit to be analysed, and if not, what should be done about it.

Five measurements: is it a smear at all, is it sharp, is it well lit, is it well stained, is its scale known. The limits of
focus, light and stain are in `picture_limits`; those of colours were set on photographs of other things besides.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from classifier.inference.colour import background_colour, fill_mask, optical_density, purpleness
from classifier.inference.picture_limits import DEFAULT_UM_PER_PX, EXPOSURE, FOCUS, SMALL_PX, STAIN
from classifier.inference.quantiles import percentile
from classifier.inference.scale import RedCellRuler, measure_red_cells
from classifier.inference.smear_check import installed_weights, smear_score
from classifier.inference.types import Floats, Measurement, Quality, Rgb, Verdict

# Share of stained pixels that absorb green most, as haemoglobin and every smear stain do. BCCD 0.59-0.97, PBC over 0.98.
_SMEAR_COLOURS = 0.54
# Spread between channels: smears 0.06-0.25, grey images 0.
_GREY = 0.02
_GREY_EXACT = 0.004
_EMPTY_SHARE = 0.004
_STAINED = 0.08
# Nothing in a smear is so much brighter than its glass, in optical density.
_BRIGHTER = 0.12

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
    shrink = min(1.0, SMALL_PX / max(rgb.shape[:2]))
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
    top, left = max(0, (height - FOCUS.tile_px) // 2), max(0, (width - FOCUS.tile_px) // 2)
    tile = rgb[top : top + FOCUS.tile_px, left : left + FOCUS.tile_px]
    # Logarithm, so that a dark exposure has the same edges as a bright one.
    levels = np.log(np.maximum(np.arange(256, dtype=np.float32), FOCUS.darkest)).astype(np.float32)
    grey = cv2.LUT(cv2.cvtColor(np.ascontiguousarray(tile), cv2.COLOR_RGB2GRAY), levels)
    fine_px = max(1.0, FOCUS.scale_um / um_per_px)
    fine, coarse = _slope(grey, fine_px), _slope(grey, 2 * fine_px)
    edges = coarse >= percentile(coarse, FOCUS.edge_percent)
    steepest = float(coarse[edges].mean())
    if steepest < FOCUS.flat:
        return float("nan")
    ratio = float(np.clip(fine[edges].mean() / steepest, 1.001, 1.999))
    return float(fine_px * np.sqrt((4 - ratio**2) / (ratio**2 - 1)) * um_per_px)


def _slope(grey: Floats, sigma: float) -> Floats:
    smooth = cv2.GaussianBlur(grey, (0, 0), sigma)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), np.float32)


def _focus(rgb: Rgb, um_per_px: float) -> Measurement:
    said = FOCUS.sentences
    value = edge_width(rgb, um_per_px)
    if np.isnan(value):
        return Measurement(0.0, "poor", said["none"])
    value = round(value, 3)
    if value <= FOCUS.sharp_um:
        return Measurement(value, "good", said["sharp"])
    if value <= FOCUS.soft_um:
        return Measurement(value, "acceptable", said["soft"])
    return Measurement(value, "poor", said["blurred"])


def _exposure(rgb: Rgb) -> Measurement:
    said = EXPOSURE.sentences
    # Black fill is no background; where nearly everything is black, there is nothing else to measure.
    black = float(fill_mask(rgb).mean()) > EXPOSURE.all_black
    level = round(float(rgb.mean() if black else background_colour(rgb).mean()), 1)
    burnt = float((rgb[..., 1] >= EXPOSURE.burnt_level).mean())
    if burnt > EXPOSURE.burnt_out:
        return Measurement(level, "poor", said["burnt_out"])
    if level < EXPOSURE.dim:
        return Measurement(level, "poor", said["dark"])
    if burnt > EXPOSURE.burnt:
        return Measurement(level, "acceptable", said["burnt"])
    if level < EXPOSURE.bright:
        return Measurement(level, "acceptable", said["dim"])
    return Measurement(level, "good", said["good"])


def _stain(density: Floats, cells_found: int | None) -> Measurement:
    said = STAIN.sentences
    purple = purpleness(cv2.GaussianBlur(density, (0, 0), STAIN.smooth_px))
    strength = round(percentile(purple, STAIN.percent), 3)
    if cells_found == 0:
        return Measurement(strength, "acceptable", said["no_nucleus"])
    if strength < STAIN.faint:
        return Measurement(strength, "poor", said["faint"])
    chromatin = density[purple >= max(STAIN.faint, STAIN.chromatin_share * strength)]
    hue = float(np.median(chromatin[:, 0]) / max(1e-3, float(np.median(chromatin[:, 1])))) if len(chromatin) else 0.5
    if strength < STAIN.well:
        return Measurement(strength, "acceptable", said["pale"])
    if hue < STAIN.too_red:
        return Measurement(strength, "acceptable", said["red"])
    if hue > STAIN.too_blue:
        return Measurement(strength, "acceptable", said["blue"])
    return Measurement(strength, "good", said["good"])


def judge_smear(rgb: Rgb, *, is_confirmed: bool = False) -> SmearVerdict:
    """Whether an image (H, W, 3) uint8 RGB shows a stained smear at all, with its likeness to one, 0 to 1, as the value.

    `is_confirmed` where a pathologist said that it is one although it looks like none: then it counts as one.
    """
    shrink = min(1.0, SMALL_PX / max(rgb.shape[:2]))
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
