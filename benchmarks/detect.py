"""How well and how fast white cells are found, on every camera there are fields of.

Time is measured on drawn fields of 640x480, everywhere; the rest on the public sets below DATA, or HEMATOVISION_DATA; sets
that are not there are left out. The scale is read off the red cells of a field, else it is the median of the set's other
fields, as a microscope whose fields are known gives it.

* bccd, raabin: boxes. A cell is found when the centre of a found box lies in its box; each box counts once, so a cell found
  twice costs precision and two found as one cost recall.
* lisc: fields without boxes, of which the cell with the largest nucleus is labelled. It lies where a nucleus-sized window
  takes most green beyond red and blue, a rule that knows no threshold, size or shape of the detector.
* deepapl, pbc: images cut around their labelled cell, which covers the middle. Platelets and smudges are left out.

A cell known by a point is found when a found box holds the point and has its own centre within 6 um of it, so that two cells
found as one are not counted. White cells beside the labelled one are real but not labelled: no precision there.
Run: python benchmarks/detect.py [DATA] [--most N] [--json FILE]
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import _fields  # noqa: E402
import cv2  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from classifier.inference.detector import DETECTOR_VERSION, detect_cells  # noqa: E402
from classifier.inference.metrics import clopper_pearson_interval  # noqa: E402
from classifier.inference.picture_limits import DEFAULT_UM_PER_PX  # noqa: E402
from classifier.inference.pipeline import choose_scale  # noqa: E402
from classifier.inference.quality import assess  # noqa: E402
from classifier.inference.scale import measure_red_cells, pooled_um_per_px  # noqa: E402
from classifier.inference.synthetic import STAINS, draw_field  # noqa: E402
from classifier.inference.types import Box, Rgb  # noqa: E402
from training.evaluation.detection import match_boxes  # noqa: E402

_GOOD_OVERLAP = 0.5
_CENTRED_UM = 6.0


def read(path: Path) -> Rgb:
    """An image file as (H, W, 3) uint8 RGB."""
    return np.asarray(Image.open(path).convert("RGB"))


def find(rgb: Rgb, *, um_per_px: float) -> list[Box]:
    """Boxes of the nucleated cells of a field."""
    return [c.box for c in detect_cells(rgb, um_per_px=um_per_px) if c.kind == "nucleated"]


def holds(box: Box, point: _fields.Point, *, um_per_px: float) -> bool:
    """Whether a found box is that of the cell at a point: it holds it, and has its own centre near by."""
    across, down = box.centre[0] - point[0], box.centre[1] - point[1]
    return box.contains(point) and float(np.hypot(across, down)) * um_per_px <= _CENTRED_UM


def accuracy(fields: Sequence[_fields.Field]) -> dict[str, Any]:
    """Recall with its interval, share of fields of known scale, and where there are boxes precision and overlap."""
    own = [measure_red_cells(read(field.path)) for field in fields]
    pooled = pooled_um_per_px(own) or DEFAULT_UM_PER_PX
    cells = hits = founds = 0
    overlaps: list[float] = []
    missed: list[str] = []
    extra: list[str] = []
    for field, ruler in zip(fields, own, strict=True):
        rgb, scale = read(field.path), ruler.um_per_px or pooled
        found = find(rgb, um_per_px=scale)
        name = f"{field.path.parent.name}/{field.path.stem}"
        if field.point:
            point = field.point(rgb)
            wanted, hit = 1, int(any(holds(box, point, um_per_px=scale) for box in found))
        else:
            matched = match_boxes(field.boxes, found)
            wanted, hit = len(field.boxes), len(matched)
            overlaps += [true.iou(seen) for true, seen in matched]
            unsure = len(match_boxes(field.unsure, [box for box in found if all(box != seen for _, seen in matched)]))
            founds += len(found) - unsure
            extra += [name] * (len(found) - unsure - hit)
        cells, hits = cells + wanted, hits + hit
        missed += [name] * (wanted - hit)
    told: dict[str, Any] = {
        "fields": len(fields),
        "cells": cells,
        "recall": round(hits / cells, 4),
        "recall_ci95": [round(end, 4) for end in clopper_pearson_interval(hits, cells)],
        "scale_from_red_cells": round(sum(ruler.um_per_px is not None for ruler in own) / len(fields), 4),
        "um_per_px": round(pooled, 4),
        "missed": missed,
    }
    if not overlaps:
        return told
    return told | {
        "found": founds,
        "precision": round(hits / founds, 4),
        "precision_ci95": [round(end, 4) for end in clopper_pearson_interval(hits, founds)],
        "iou_mean": round(float(np.mean(overlaps)), 4),
        "iou_at_least_half": round(float(np.mean([value >= _GOOD_OVERLAP for value in overlaps])), 4),
        "extra": extra,
    }


def every_set(data: Path, *, most: int) -> dict[str, Any]:
    """`accuracy` of every set in a data folder, on an even sample of at most `most` fields; prints a line for each."""
    told = {}
    for name, fields_of in _fields.SETS.items():
        fields = fields_of(data / name)
        if not fields:
            print(f"{name} is left out: there are no fields of it in {data}.")
            continue
        figures = told[name] = accuracy(fields[:: -(-len(fields) // most)])
        low, high = figures["recall_ci95"]
        line = f"{name:<8} {figures['cells']:>5} cells  recall {figures['recall']:.4f} ({low:.3f}-{high:.3f})"
        if "precision" in figures:
            low, high = figures["precision_ci95"]
            line += f", precision {figures['precision']:.4f} ({low:.3f}-{high:.3f})"
            line += f", overlap mean {figures['iou_mean']:.3f}, at least 0.5 for {figures['iou_at_least_half']:.1%}"
        print(f"{line}; scale from red cells in {figures['scale_from_red_cells']:.1%} of {figures['fields']} fields")
    return told


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
    parser.add_argument("--most", type=int, default=500, help="fields of a set at most, evenly taken")
    options = parser.parse_args()
    times = speed(options.repeats)
    print(f"detector {DETECTOR_VERSION}, per 640x480 field on one core, wall clock (processor time):")
    for step in ("detect", "scale", "quality"):
        print(f"  {step:<8}{times[f'{step}_ms']:>8.1f} ms ({times[f'{step}_processor_ms']:.1f} ms)")
    if options.data:
        found = every_set(Path(options.data), most=options.most)
    else:
        print("Recall, precision and overlap are left out: name the data folder, or set HEMATOVISION_DATA.")
        found = {}
    if options.json:
        report = {"detector": DETECTOR_VERSION, "speed": times, "sets": found}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
