"""A picture that belongs to no case: what the active model says of it, and where it saw a class."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from classifier import analyser
from classifier.inference.types import Measurement, Quality

if TYPE_CHECKING:
    from classifier.inference.types import CellPrediction, ImageAnalysis, Rgb
    from classifier.models import ModelVersion

ONE_CELL_PX = 256
"""A picture up to this long and wide may be cut out around one cell: no red cell need be whole in it."""
_SQUARE = 0.8
ONE_CELL = gettext_noop(
    "The whole picture was taken for one cell and its surroundings, as it is cut out for training: nothing in it tells the scale."
)


def analyse_picture(version: ModelVersion, rgb: Rgb, *, um_per_px: float | None) -> ImageAnalysis:
    """Every cell of a picture (H, W, 3) uint8 RGB, as `classifier.analyser.Analyser.analyse` finds them.

    A small square picture in which nothing tells the scale is one cell, as in a folder `dataset/<class>/`: all of it is
    classified. `um_per_px` is the scale where it is known. Raises as the analyser.
    """
    found = analyser.installed().analyse(version, rgb, um_per_px=um_per_px)
    if um_per_px is not None or not found.quality.held_back or not _is_cut_out(rgb):
        return found
    height, width = rgb.shape[:2]
    side = max(width, height)
    cells = analyser.installed().classify(
        version, rgb, boxes=[(0, 0, width, height)], um_per_px=_crop_um(version) / side, held_back=False
    )
    measurements = found.quality.measurements | {"scale": Measurement(0.0, "acceptable", ONE_CELL)}
    verdicts = [measurement.verdict for measurement in measurements.values()]
    verdict = next((each for each in ("poor", "acceptable") if each in verdicts), "good")
    return replace(
        found,
        quality=Quality(verdict, measurements, is_other=found.quality.is_other),  # type: ignore[arg-type]
        um_per_px=_crop_um(version) / side,
        cells=cells,
    )


def explain_in_picture(
    version: ModelVersion, rgb: Rgb, *, box: tuple[int, int, int, int], um_per_px: float, label: str
) -> Rgb:
    """The crop of the cell in `box` with the evidence for `label` over it, (S, S, 3) uint8; raises as the analyser."""
    return analyser.installed().explain(version, rgb, box=box, um_per_px=um_per_px, label=label)


def why_unidentified(version: ModelVersion, cell: CellPrediction, quality: Quality) -> str:
    """Why the model does not name a cell: "scale", "score" or "novel" (unlike those it learnt from); empty where it does."""
    if cell.identified:
        return ""
    if quality.held_back:
        return "scale"
    return "score" if cell.score < needed_score(version, cell.best_label) else "novel"


def needed_score(version: ModelVersion, label: str) -> float:
    """The score from which on the model names a cell `label`, of 1."""
    return float(version.card.get("thresholds", {}).get(label, 0.0))


def _is_cut_out(rgb: Rgb) -> bool:
    height, width = rgb.shape[:2]
    return max(width, height) <= ONE_CELL_PX and min(width, height) >= _SQUARE * max(width, height)


def _crop_um(version: ModelVersion) -> float:
    """How much of a field the network of a model sees, um across."""
    given: dict[str, Any] = version.card["input"]
    return float(given["size_px"]) * float(given["um_per_px"])
