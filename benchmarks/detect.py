"""How well and how fast white cells are found.

Time is measured on drawn fields of 640x480, everywhere; recall, precision and box overlap on the boxed BCCD fields, when
their folder is given or lies in HEMATOVISION_DATA. A cell is found when the centre of a found box lies in its box; each
box counts once, so a cell found twice costs precision. The scale is measured per field on red cells, as in service.
Run: python benchmarks/detect.py [DATA] [--json FILE]
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from classifier.inference.detector import DETECTOR_VERSION, detect_cells  # noqa: E402
from classifier.inference.pipeline import choose_scale  # noqa: E402
from classifier.inference.quality import assess  # noqa: E402
from classifier.inference.scale import measure_red_cells  # noqa: E402
from classifier.inference.synthetic import STAINS, draw_field  # noqa: E402
from classifier.inference.types import Box  # noqa: E402
from training.datasets.bccd import read_boxes  # noqa: E402
from training.evaluation.detection import match_boxes  # noqa: E402

_GOOD_OVERLAP = 0.5


def find(rgb: np.ndarray) -> list[Box]:
    """Boxes of the nucleated cells of a field, at the scale its red cells give."""
    scale, _ = choose_scale(measure_red_cells(rgb))
    return [c.box for c in detect_cells(rgb, um_per_px=scale) if c.kind == "nucleated"]


def accuracy(data: Path) -> dict[str, Any] | None:
    """Recall, precision and overlap on the BCCD fields below `data`; None, with a sentence, when they are not there."""
    folder = next(
        (f for f in (data, data / "bccd") if (f / "annotations").is_dir() and (f / "originals").is_dir()), None
    )
    if folder is None:
        print(f"Recall, precision and overlap are left out: there are no boxed BCCD fields in {data}.")
        return None
    truths = founds = 0
    overlaps: list[float] = []
    missed: list[str] = []
    extra: list[str] = []
    for path in sorted((folder / "annotations").glob("*.xml")):
        image = folder / "originals" / f"{path.stem}.jpg"
        if not image.is_file():
            continue
        truth = [body.box for body in read_boxes(path) if body.kind == "WBC"]
        found = find(np.asarray(Image.open(image).convert("RGB")))
        matched = match_boxes(truth, found)
        truths, founds = truths + len(truth), founds + len(found)
        overlaps += [true.iou(seen) for true, seen in matched]
        missed += [path.stem] * (len(truth) - len(matched))
        extra += [path.stem] * (len(found) - len(matched))
    hits = len(overlaps)
    return {
        "cells": truths,
        "found": founds,
        "recall": round(hits / truths, 4),
        "precision": round(hits / founds, 4),
        "iou_mean": round(float(np.mean(overlaps)), 4),
        "iou_at_least_half": round(float(np.mean([value >= _GOOD_OVERLAP for value in overlaps])), 4),
        "missed": missed,
        "extra": extra,
    }


def speed(repeats: int) -> dict[str, Any]:
    """Median ms per 640x480 field on one core, by step, wall clock and processor time."""
    cv2.setNumThreads(1)
    fields = [
        draw_field(seed=seed, cells=["neutrophil", "lymphocyte", "monocyte"], um_per_px=0.1, stain=stain)[0]
        for seed in range(3)
        for stain in sorted(STAINS)
    ]
    wall: dict[str, list[float]] = {"detect": [], "scale": [], "quality": []}
    processor: dict[str, list[float]] = {step: [] for step in wall}

    def timed(step: str, work: Callable[[], Any]) -> Any:
        began, began_processor = time.perf_counter(), time.process_time()
        answer = work()
        wall[step].append(time.perf_counter() - began)
        processor[step].append(time.process_time() - began_processor)
        return answer

    for rgb in [fields[0], *fields * repeats]:
        ruler = timed("scale", partial(measure_red_cells, rgb))
        candidates = timed("detect", partial(detect_cells, rgb, um_per_px=choose_scale(ruler)[0]))
        timed("quality", partial(assess, rgb, cells_found=len(candidates), ruler=ruler))
    return {
        "fields": len(fields),
        "repeats": repeats,
        **{f"{step}_ms": round(1e3 * statistics.median(values[1:]), 2) for step, values in wall.items()},
        # On a busy machine the wall clock also counts waiting for a core; this does not.
        **{f"{step}_processor_ms": round(1e3 * statistics.median(values[1:]), 2) for step, values in processor.items()},
    }


def main() -> int:
    """Measure, print, and write the figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("HEMATOVISION_DATA"))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to FILE")
    parser.add_argument("--repeats", type=int, default=5, help="how often each field is timed")
    options = parser.parse_args()
    times = speed(options.repeats)
    print(f"detector {DETECTOR_VERSION}, per 640x480 field on one core, wall clock (processor time):")
    for step in ("detect", "scale", "quality"):
        print(f"  {step:<8}{times[f'{step}_ms']:>8.1f} ms ({times[f'{step}_processor_ms']:.1f} ms)")
    if options.data:
        found = accuracy(Path(options.data))
    else:
        print("Recall, precision and overlap are left out: name the data folder, or set HEMATOVISION_DATA.")
        found = None
    if found:
        print(
            f"recall {found['recall']:.4f}, precision {found['precision']:.4f} on {found['cells']} cells; "
            f"overlap at least 0.5 for {found['iou_at_least_half']:.1%}, mean {found['iou_mean']:.3f}"
        )
        for name in ("missed", "extra"):
            print(f"{name}: {', '.join(found[name]) or 'none'}")
    if options.json:
        report = {"detector": DETECTOR_VERSION, "speed": times, "bccd": found}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
