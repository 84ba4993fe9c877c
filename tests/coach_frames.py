"""Frames that the coach of the capture page and the worker have to judge alike: real fields, blurred, darkened and burnt.

`python -m tests.coach_frames` writes the two that are kept for the tests of the scripts, with what the worker says of them.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from classifier.inference.picture_limits import STAIN, all_limits
from classifier.inference.quality import assess, edge_width

FIXTURES = Path(__file__).parent / "fixtures"
KEPT = FIXTURES / "coach_frames"
FIELD = FIXTURES / "bccd_fields" / "BloodImage_00010.jpg"
READINGS = ("focus", "exposure", "stain")
WORST_FIRST = ("poor", "acceptable", "good")
UM_PER_PX = 0.1
# Not a multiple of the small copy: its pixels have to be shared out.
_SIZE = (330, 248)
_MIDDLE = 480

Rgb = npt.NDArray[np.uint8]


def load_field(path: Path) -> Rgb:
    """A field as (H, W, 3) uint8 RGB."""
    bgr = cv2.imread(str(path))
    assert bgr is not None, path
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def spoilt(rgb: Rgb) -> Iterator[tuple[str, Rgb]]:
    """The field as it is, out of focus, too dark and burnt out."""
    yield "sharp", rgb
    yield "blurred", np.asarray(cv2.GaussianBlur(rgb, (0, 0), 6), np.uint8)
    yield "dark", (rgb * 0.4).astype(np.uint8)
    yield "burnt", np.clip(rgb.astype(np.float64) * 1.6, 0, 255).astype(np.uint8)


def middle_of(rgb: Rgb) -> Rgb:
    """The middle 480 px, in which the coach measures focus."""
    height, width = rgb.shape[:2]
    top, left = max(0, (height - _MIDDLE) // 2), max(0, (width - _MIDDLE) // 2)
    return np.ascontiguousarray(rgb[top : top + _MIDDLE, left : left + _MIDDLE])


def said_of(rgb: Rgb, *, um_per_px: float = UM_PER_PX) -> dict[str, Any]:
    """What the worker measures: the edge width of the middle, and each reading with its verdict; the worst of them all.

    Chromatin too faint for a nucleus is judged as where the detector finds none: a live picture is not asked for cells.
    """
    measured = assess(rgb, cells_found=None, um_per_px=um_per_px).measurements
    if measured["stain"].value < STAIN.faint:
        measured = assess(rgb, cells_found=0, um_per_px=um_per_px).measurements
    verdicts = {name: measured[name].verdict for name in READINGS}
    return {
        "edge_width": round(edge_width(middle_of(rgb), um_per_px), 5),
        "level": measured["exposure"].value,
        "strength": measured["stain"].value,
        "verdicts": verdicts,
        "sentences": {name: measured[name].sentence for name in READINGS},
        "verdict": next(each for each in WORST_FIRST if each in verdicts.values()),
    }


def kept_frames() -> dict[str, Rgb]:
    """The two kept frames: a part of a field, sharp and blurred."""
    width, height = _SIZE
    part = load_field(FIELD)[100 : 100 + height, 150 : 150 + width]
    frames = dict(spoilt(np.ascontiguousarray(part)))
    return {"sharp": frames["sharp"], "blurred": frames["blurred"]}


def described(frames: dict[str, Rgb]) -> dict[str, Any]:
    """What stands beside the kept frames: their size, the limits, and what the worker says of them and their variants."""
    rows = {name: said_of(each) for name, each in spoilt(frames["sharp"])} | {"blurred": said_of(frames["blurred"])}
    width, height = _SIZE
    return {"width": width, "height": height, "um_per_px": UM_PER_PX, "limits": all_limits(), "frames": rows}


if __name__ == "__main__":
    made = kept_frames()
    for name, frame in made.items():
        (KEPT / f"{name}.rgb.gz").write_bytes(gzip.compress(frame.tobytes(), 9, mtime=0))
    (KEPT / "frames.json").write_text(json.dumps(described(made), indent=2) + "\n")
