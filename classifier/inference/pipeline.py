"""One image through the whole analysis: quality, scale, detector, crops, network, calibrated label."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from classifier.inference.bundle import ModelBundle
from classifier.inference.calibrate import Decision, decide, softmax
from classifier.inference.crops import CropSpec, crop_cells
from classifier.inference.detector import DETECTOR_VERSION, detect_cells
from classifier.inference.engines import Engine, load_engine
from classifier.inference.errors import BadInput
from classifier.inference.novelty import NoveltyModel
from classifier.inference.quality import assess, judge_smear
from classifier.inference.scale import RedCellRuler, is_seen_whole, measure_red_cells
from classifier.inference.scale_choice import choose_scale, judge_scale, require_scale
from classifier.inference.types import (
    Candidate,
    CellPrediction,
    Floats,
    ImageAnalysis,
    Quality,
    Rgb,
    ScaleSource,
)
from classifier.inference.white_cells import measure_white_cells, white_cell_error

# Images whose feature maps are held at once; only the pooled features are kept.
_CHUNK_BATCHES = 4
# Side of the windows a very large field is measured in.
_WINDOW_PX = 1280


@dataclass(frozen=True, slots=True)
class Found:
    """What was seen in an image before the network: quality, scale and the cells to classify.

    `scale_error` is the relative standard deviation of a measured scale, None where it was given or is not known.
    """

    quality: Quality
    um_per_px: float
    scale_source: ScaleSource
    candidates: list[Candidate]
    timings: dict[str, float]
    scale_error: float | None = None


@dataclass(frozen=True, slots=True)
class Classified:
    """The network's answer for N crops: probabilities (N, C), novelty (N,) or None, logits (N, C), decisions."""

    probabilities: Floats
    novelty: Floats | None
    logits: Floats
    decisions: list[Decision]


class Pipeline:
    """A verified model and an engine, loaded once and used for any number of images."""

    def __init__(self, bundle: ModelBundle, engine: Engine, *, views: int = 1) -> None:
        """`views` 2, 4 or 8 averages that many mirrored and turned views of every crop, at as many times the cost."""
        if views not in {1, 2, 4, 8}:
            raise BadInput(f"A crop can be seen in 1, 2, 4 or 8 views, not {views}.")
        self.bundle, self.engine, self.views = bundle, engine, views
        self.spec = crop_spec(bundle)
        self._novelty = NoveltyModel.load(bundle.path(bundle.novelty_file)) if bundle.has(bundle.novelty_file) else None

    def analyse(
        self,
        rgb: Rgb,
        *,
        um_per_px: float | None = None,
        microscope_um_per_px: float | None = None,
        is_confirmed: bool = False,
    ) -> ImageAnalysis:
        """Every cell of a field (H, W, 3) uint8 RGB, classified.

        `um_per_px` is the scale when known, `microscope_um_per_px` the one remembered of the microscope; else it is
        measured. Where it stays unknown, cells are found and none is named: `quality.held_back` says so. No cells is an
        answer, with the quality's reasons; `is_confirmed` has cells searched for in what looks like no smear. Raises BadInput for an image of another kind or a scale that is no positive number.
        """
        looked = self.look(
            rgb, um_per_px=um_per_px, microscope_um_per_px=microscope_um_per_px, is_confirmed=is_confirmed
        )
        return self.answer(*looked)

    def look(
        self,
        rgb: Rgb,
        *,
        um_per_px: float | None = None,
        microscope_um_per_px: float | None = None,
        is_confirmed: bool = False,
    ) -> tuple[Found, Rgb]:
        """The part of `analyse` before the network, fit to run in threads: what was found, and its crops."""
        found = find_cells(
            rgb, um_per_px=um_per_px, microscope_um_per_px=microscope_um_per_px, is_confirmed=is_confirmed
        )
        started = perf_counter()
        crops = self.crop(rgb, [candidate.centre for candidate in found.candidates], um_per_px=found.um_per_px)
        found.timings["crop"] = perf_counter() - started
        return found, crops

    def answer(self, found: Found, crops: Rgb) -> ImageAnalysis:
        """The part of `analyse` from the network on: classes for the crops of what was found."""
        started = perf_counter()
        classified = self.classify(crops, held_back=bool(found.quality.held_back))
        timings = {**found.timings, "classify": perf_counter() - started}
        timings["total"] = sum(timings.values())
        return ImageAnalysis(
            quality=found.quality,
            um_per_px=found.um_per_px,
            scale_source=found.scale_source,
            cells=self.describe(found.candidates, classified),
            timings={step: round(seconds, 6) for step, seconds in timings.items()},
            detector=DETECTOR_VERSION,
            scale_error=found.scale_error,
        )

    def crop(self, rgb: Rgb, centres: Sequence[tuple[float, float]], *, um_per_px: float) -> Rgb:
        """Crops (N, S, S, 3) uint8 around `centres` (x, y px of `rgb`), as the network wants them."""
        return crop_cells(rgb, centres, um_per_px=um_per_px, spec=self.spec)

    def classify(self, crops: Rgb, *, held_back: bool = False) -> Classified:
        """The network's answer for crops (N, S, S, 3) uint8 already at the model's own size and scale, any N.

        `held_back` leaves all of them unidentified, as `decide` does.
        """
        step = max(1, self.engine.batch_size) * _CHUNK_BATCHES
        logits: list[Floats] = []
        features: list[Floats] = []
        for start in range(0, len(crops), step):
            chunk = crops[start : start + step]
            seen = [self.engine.run(view) for view in dihedral_views(chunk, self.views)]
            logits.append(np.mean([outputs.logits for outputs in seen], axis=0, dtype=np.float32))
            features.append(np.mean([outputs.features for outputs in seen], axis=0, dtype=np.float32))
        if not logits:
            nothing = np.empty((0, len(self.bundle.labels)), np.float32)
            return Classified(nothing, None, nothing, [])
        all_logits = np.concatenate(logits)
        probabilities = softmax(all_logits, self.bundle.temperature)
        novelty = None if self._novelty is None else self._novelty.score(np.concatenate(features))
        decisions = decide(
            probabilities,
            self.bundle.labels,
            self.bundle.thresholds,
            novelty=novelty,
            novelty_threshold=self.bundle.novelty_threshold,
            held_back=held_back,
        )
        return Classified(probabilities, novelty, all_logits, decisions)

    def describe(self, candidates: Sequence[Candidate], classified: Classified) -> list[CellPrediction]:
        """Cells in the order of the candidates, with their label or "unidentified"."""
        labels = self.bundle.labels
        return [
            CellPrediction(
                box=candidate.box,
                area_px=candidate.area_px,
                label=labels[decision.best] if decision.identified else "unidentified",
                score=decision.score,
                probabilities={
                    label: float(value) for label, value in zip(labels, classified.probabilities[row], strict=True)
                },
                identified=decision.identified,
                novelty=None if classified.novelty is None else float(classified.novelty[row]),
            )
            for row, (candidate, decision) in enumerate(zip(candidates, classified.decisions, strict=True))
        ]


def open_pipeline(
    directory: Path | str, engine: str = "onnx", *, threads: int | None = None, views: int = 1
) -> Pipeline:
    """Verify the model in `directory`, start the engine called `engine` and join them.

    Raises BundleMissing, BundleAltered or EngineUnavailable, each with a sentence.
    """
    bundle = ModelBundle.load(directory)
    return Pipeline(bundle, load_engine(bundle, engine, threads=threads), views=views)


def crop_spec(bundle: ModelBundle) -> CropSpec:
    """How the bundle's network wants its crops."""
    return CropSpec(
        size_px=bundle.size_px,
        um_per_px=bundle.um_per_px,
        white_balance=bool(bundle.card["input"].get("white_balance", True)),
    )


def find_cells(
    rgb: Rgb,
    *,
    um_per_px: float | None = None,
    microscope_um_per_px: float | None = None,
    is_confirmed: bool = False,
) -> Found:
    """Quality, scale and candidates of a field (H, W, 3) uint8 RGB, without a network.

    Platelet-sized bodies count only in an image that shows nothing nucleated. In an image that is no smear, unless a
    pathologist has confirmed it as one, nothing is measured and nothing counts. Scales and errors are those of `Pipeline.analyse`.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or not rgb.size:
        raise BadInput(f"An image is (height, width, 3) uint8 RGB, not {rgb.shape} {rgb.dtype}.")
    require_scale(um_per_px)
    require_scale(microscope_um_per_px)
    timings: dict[str, float] = {}
    started = perf_counter()
    smear = judge_smear(rgb, is_confirmed=is_confirmed)
    timings["smear"] = perf_counter() - started
    if smear.measurement.verdict == "poor":
        scale, source = choose_scale(RedCellRuler(None, 0), um_per_px, microscope=microscope_um_per_px)
        return Found(assess(rgb, cells_found=None, smear=smear), scale, source, [], timings)
    started = perf_counter()
    red = measure_field(rgb)
    is_measured = um_per_px is None and microscope_um_per_px is None and red.um_per_px is None
    white = measure_white_cells(rgb) if is_measured else None
    scale, source = choose_scale(red, um_per_px, microscope=microscope_um_per_px, white=white)
    errors = {"red cells": red.error, "white cells": white_cell_error(fields=1)}
    timings["scale"] = perf_counter() - started
    started = perf_counter()
    candidates = detect_cells(rgb, um_per_px=scale)
    timings["detect"] = perf_counter() - started
    started = perf_counter()
    nucleated = [candidate for candidate in candidates if candidate.kind == "nucleated"]
    judged = judge_scale(scale, source, red=red)
    quality = assess(rgb, cells_found=len(nucleated), um_per_px=scale, ruler=red, scale=judged, smear=smear)
    timings["quality"] = perf_counter() - started
    return Found(quality, scale, source, nucleated or candidates, timings, errors.get(source))


def measure_field(rgb: Rgb) -> RedCellRuler:
    """Red cells of a field of any size (H, W, 3) uint8.

    The ruler looks at a small copy, in which the red cells of a very large field are too small to measure: such a field is
    measured in five windows, and whole as well where cells of that size could be seen so; the way that saw more cells is
    believed.
    """
    height, width = rgb.shape[:2]
    tall, wide = min(height, _WINDOW_PX), min(width, _WINDOW_PX)
    if max(height, width) <= _WINDOW_PX * 1.5:
        return measure_red_cells(rgb)
    places = [(0.5, 0.5), (0.2, 0.2), (0.2, 0.8), (0.8, 0.2), (0.8, 0.8)]
    corners = [(round(down * (height - tall)), round(across * (width - wide))) for down, across in places]
    seen = [measure_red_cells(np.ascontiguousarray(rgb[y : y + tall, x : x + wide])) for y, x in corners]
    sizes = [ruler.diameter_px for ruler in seen for _ in range(ruler.count) if ruler.diameter_px]
    in_windows = RedCellRuler(float(np.median(sizes)), len(sizes)) if sizes else RedCellRuler(None, 0)
    if in_windows.diameter_px and not is_seen_whole(in_windows.diameter_px, (height, width)):
        return in_windows
    whole = measure_red_cells(rgb)
    return whole if in_windows.count <= whole.count else in_windows


def dihedral_views(crops: Rgb, count: int) -> list[Rgb]:
    """The first `count` of the eight turns and mirrorings of square crops (N, S, S, 3); all keep a cell what it is."""
    views = []
    for turns in range(4):
        turned = np.rot90(crops, turns, axes=(1, 2))
        views += [turned, turned[:, :, ::-1]]
    # Mirror first, then turns: two views are the crop and its mirror image.
    return [np.ascontiguousarray(view) for view in views[:count]]
