"""What the steps of an analysis hand to each other."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
"""An image or a stack of them, (..., H, W, 3) uint8 RGB."""

Floats = npt.NDArray[np.float32]

CandidateKind = Literal["nucleated", "platelet"]
ScaleSource = Literal["given", "microscope", "red cells", "white cells", "unknown"]
"""Where the scale of an image comes from. Analyses stored before say "default" where they would say "unknown" today."""

Verdict = Literal["good", "acceptable", "poor"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright image: left, top, width, height."""

    x: int
    y: int
    w: int
    h: int

    @property
    def centre(self) -> tuple[float, float]:
        """The middle, (x, y) px."""
        return self.x + self.w / 2, self.y + self.h / 2

    def iou(self, other: "Box") -> float:
        """Intersection over union with another box, 0..1."""
        across = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        down = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / (self.w * self.h + other.w * other.h - shared)

    def contains(self, point: tuple[float, float]) -> bool:
        """Whether a point (x, y) lies inside."""
        return self.x <= point[0] <= self.x + self.w and self.y <= point[1] <= self.y + self.h


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something the detector found: its box, mask area in px, mask centre (x, y) px, and what it may be."""

    box: Box
    area_px: int
    centre: tuple[float, float]
    kind: CandidateKind


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured side of image quality: value, verdict, and a sentence that says what to do about it."""

    value: float
    verdict: Verdict
    sentence: str


@dataclass(frozen=True, slots=True)
class Quality:
    """The verdict on an image (the worst of its measurements) and why; `is_other` for a picture of something else."""

    verdict: Verdict
    measurements: dict[str, Measurement] = field(default_factory=dict)
    is_other: bool = False

    @property
    def held_back(self) -> str:
        """Why no cell of this image is named, as a sentence; empty where names stand."""
        scale = self.measurements.get("scale")
        return scale.sentence if scale and scale.verdict == "poor" and self.is_smear else ""

    @property
    def is_smear(self) -> bool:
        """Whether the image can be a blood smear at all; a detector's finds in anything else are not cells."""
        smear = self.measurements.get("smear")
        return smear is None or smear.verdict != "poor"

    @property
    def no_smear(self) -> str:
        """Why this is a picture of something else than a smear, and what to do, as a sentence; empty where it may be one."""
        return self.measurements["smear"].sentence if self.is_other else ""

    @property
    def reasons(self) -> list[str]:
        """Sentences of every measurement that is not good, worst first; of what is no smear, that is all there is to say."""
        if not self.is_smear:
            return [self.measurements["smear"].sentence]
        poor = [r.sentence for r in self.measurements.values() if r.verdict == "poor"]
        return poor + [r.sentence for r in self.measurements.values() if r.verdict == "acceptable"]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON-ready form: verdict, reasons, held_back, no_smear, readings (the measurements, under their first name)."""
        return {
            "verdict": self.verdict,
            "reasons": self.reasons,
            "held_back": self.held_back,
            "no_smear": self.no_smear,
            "readings": {name: asdict(measurement) for name, measurement in self.measurements.items()},
        }


@dataclass(frozen=True, slots=True)
class Outputs:
    """What an engine answers for N images: logits (N, C) float32 and feature map (N, h, w, F) float32."""

    logits: Floats
    feature_map: Floats

    @property
    def features(self) -> Floats:
        """Mean-pooled features, (N, F) float32."""
        pooled: Floats = self.feature_map.mean(axis=(1, 2), dtype=np.float32)
        return pooled


@dataclass(frozen=True, slots=True)
class CellPrediction:
    """One classified cell. `label` is a class or "unidentified"; `score` is the best calibrated probability."""

    box: Box
    area_px: int
    label: str
    score: float
    probabilities: dict[str, float]
    identified: bool
    novelty: float | None

    @property
    def best_label(self) -> str:
        """The most probable class, also when the cell stays unidentified."""
        return max(self.probabilities, key=lambda label: self.probabilities[label])


@dataclass(frozen=True, slots=True)
class ImageAnalysis:
    """What one model says about one image.

    `um_per_px` is the scale it was analysed at, also where that is not known; `scale_error` the relative standard deviation
    of a measured scale, None where it was given, remembered or is not known. `timings` are seconds by step.
    """

    quality: Quality
    um_per_px: float
    scale_source: ScaleSource
    cells: list[CellPrediction]
    timings: dict[str, float]
    detector: str = ""
    scale_error: float | None = None

    def counts(self) -> dict[str, int]:
        """Cells by label, unidentified included, only labels that occur."""
        counts: dict[str, int] = {}
        for cell in self.cells:
            counts[cell.label] = counts.get(cell.label, 0) + 1
        return counts

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON-ready form."""
        return {
            "quality": self.quality.as_dict(),
            "um_per_px": self.um_per_px,
            "scale_source": self.scale_source,
            "scale_error": self.scale_error,
            "locator": self.detector,  # the name under which scripts know it
            "counts": self.counts(),
            "cells": [
                {
                    "box": [cell.box.x, cell.box.y, cell.box.w, cell.box.h],
                    "area_px": cell.area_px,
                    "label": cell.label,
                    "score": cell.score,
                    "identified": cell.identified,
                    "novelty": cell.novelty,
                    "probabilities": cell.probabilities,
                }
                for cell in self.cells
            ],
            "timings": self.timings,
        }
