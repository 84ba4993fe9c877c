"""Where a picture stops being sharp, well lit and well stained, and what is said of it then. Numbers and words alone.

The worker judges by them (`classifier.inference.quality`), and a page that judges a live picture gets them from here
without loading what measures: so both say the same. The limits were set on the 368 BCCD fields and on PBC images (all but a
few in a hundred of them good), and on the same images blurred and darkened; the figures stand beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Focus:
    """Width of the sharpest edges, um. BCCD: median 0.26, 99 % under 0.49; with 0.66 um of blur added: median 0.77."""

    sharp_um: float = 0.48
    soft_um: float = 0.72
    #: The edges are the pixels from this percentile of the slopes on, seen through a Gaussian of this width and of twice it.
    edge_percent: float = 99.0
    scale_um: float = 0.15
    tile_px: int = 1280
    #: Darker levels count as this one, and slopes under the second are no edges.
    darkest: float = 8.0
    flat: float = 1e-4
    sentences: Mapping[str, str] = field(
        default_factory=lambda: {
            "none": "Nothing in this image has an edge: refocus on the cells and retake it.",
            "sharp": "Sharp.",
            "soft": "Slightly out of focus: turn the fine focus and compare.",
            "blurred": "Out of focus: refocus at the feathered edge and retake the image.",
        }
    )


@dataclass(frozen=True, slots=True)
class Exposure:
    """Level of empty glass, 0-255. BCCD 200, PBC 228; darkened to 0.4: 80. Share of pixels burnt out: BCCD and PBC 0."""

    bright: float = 150.0
    dim: float = 100.0
    all_black: float = 0.8
    #: Burnt out in green, the channel all stain is seen in.
    burnt: float = 0.25
    burnt_out: float = 0.6
    burnt_level: int = 254
    sentences: Mapping[str, str] = field(
        default_factory=lambda: {
            "burnt_out": "Overexposed: most of the image is pure white. Lower the lamp or the exposure.",
            "dark": "Too dark: raise the lamp or the exposure and retake the image.",
            "burnt": "Rather bright: pale cytoplasm may be lost. Lower the exposure a little.",
            "dim": "Rather dark: raise the exposure a little.",
            "good": "Well lit.",
        }
    )


@dataclass(frozen=True, slots=True)
class Stain:
    """Percentile of purpleness, the darkest chromatin: BCCD 1.0-1.9, PBC 1.3-3.3.

    Red over green optical density of chromatin: BCCD and PBC 0.45-0.75.
    """

    percent: float = 99.8
    smooth_px: float = 1.2
    well: float = 0.8
    faint: float = 0.45
    chromatin_share: float = 0.6
    too_red: float = 0.25
    too_blue: float = 1.0
    sentences: Mapping[str, str] = field(
        default_factory=lambda: {
            "no_nucleus": "No nucleus was found to judge the stain by.",
            "faint": "Nuclei hardly stained: check the stain's age and time, and stain again.",
            "pale": "Nuclei are pale: a longer stain would show the chromatin better.",
            "red": "The stain is too red: the buffer may be too acid.",
            "blue": "The stain is too blue: the buffer may be too alkaline, or rinsing too short.",
            "good": "Well stained.",
        }
    )


FOCUS, EXPOSURE, STAIN = Focus(), Exposure(), Stain()

#: Light and stain are judged on a copy whose longest side is this.
SMALL_PX = 320
#: Augmented and rotated images carry pure black (sometimes ringing to about 12) outside the original frame.
FILL_LEVEL = 14
#: Glass is the brightest part of a field from this share of its pixels on; of fewer pixels nothing is said.
BRIGHTEST_FROM = 0.67
FEWEST_PIXELS = 64
#: Cells are looked for at this scale where none is known: a 100x objective on a common slide camera.
DEFAULT_UM_PER_PX = 0.1
#: Chromatin that covers less is a platelet or debris, um2.
SMALLEST_NUCLEUS_UM2 = 16.0


def all_limits() -> dict[str, Any]:
    """Every limit and sentence in plain JSON-ready form."""
    return {
        "focus": asdict(FOCUS),
        "exposure": asdict(EXPOSURE),
        "stain": asdict(STAIN),
        "small_px": SMALL_PX,
        "fill_level": FILL_LEVEL,
        "brightest_from": BRIGHTEST_FROM,
        "fewest_pixels": FEWEST_PIXELS,
        "default_um_per_px": DEFAULT_UM_PER_PX,
    }
