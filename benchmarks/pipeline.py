"""What an analysis costs step by step: processor time of scale, detector, quality, crops and network on drawn fields.

Fields of 640 x 480 (3 white cells), 12 megapixels (38) and 50 megapixels (170), one thread. Processor time, the best of
several, so that a busy host disturbs little; each size runs in a process of its own, so that its memory is its own.
With `--against FOLDER`, another checkout, both are measured in turn on the same fields and the ratios are printed; the cells
found must be the same. Run: python benchmarks/pipeline.py [--against FOLDER] [--only NAME ...] [--json FILE]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import _machine  # noqa: E402
import numpy as np  # noqa: E402
from inference import installed_model  # noqa: E402

#: Width and height in px, white cells, how often each step is measured.
FIELDS = {"640x480": (640, 480, 3, 20), "12 MP": (4000, 3000, 38, 5), "50 MP": (8660, 5774, 170, 3)}
STEPS = ("scale", "detect", "quality", "crop", "network")
ROUNDS = 2


def draw(name: str, path: Path) -> None:
    """Write a drawn field as .npy."""
    from classifier.inference.synthetic import draw_field

    width, height, cells, _ = FIELDS[name]
    classes = ("neutrophil", "eosinophil", "basophil", "lymphocyte", "monocyte", "immature_granulocyte", "erythroblast")
    rgb, _ = draw_field(seed=5, width=width, height=height, cells=[classes[i % 7] for i in range(cells)])
    np.save(path, rgb)


def best_of(repeats: int, step: Callable[[], Any]) -> tuple[float, Any]:
    """Least processor time of a step in ms, and its answer; the first time does not count."""
    step()
    spent = []
    for _ in range(repeats):
        began = time.process_time()
        answer = step()
        spent.append(time.process_time() - began)
    return 1e3 * min(spent), answer


def measure(name: str, field: Path, model: Path) -> dict[str, Any]:
    """Milliseconds by step, what was found, and the most memory held."""
    import cv2

    from classifier.inference.detector import detect_cells
    from classifier.inference.picture_limits import DEFAULT_UM_PER_PX
    from classifier.inference.pipeline import measure_field, open_pipeline
    from classifier.inference.quality import assess

    cv2.setNumThreads(1)
    rgb, pipeline, repeats = np.load(field), open_pipeline(model, threads=1), FIELDS[name][3]
    ms: dict[str, float] = {}
    ms["scale"], ruler = best_of(repeats, lambda: measure_field(rgb))
    scale = ruler.um_per_px or DEFAULT_UM_PER_PX
    ms["detect"], found = best_of(repeats, lambda: detect_cells(rgb, um_per_px=scale))
    cells = [candidate for candidate in found if candidate.kind == "nucleated"]
    ms["quality"], _ = best_of(
        repeats, lambda: assess(rgb, cells_found=len(cells), um_per_px=scale, ruler=ruler).as_dict()
    )
    centres = [cell.centre for cell in cells]
    ms["crop"], crops = best_of(repeats, lambda: pipeline.crop(rgb, centres, um_per_px=scale))
    ms["network"], _ = best_of(repeats, lambda: pipeline.classify(crops))
    answer = pipeline.analyse(rgb).as_dict()
    seen = [answer["um_per_px"], answer["quality"], [(cell["box"], cell["label"]) for cell in answer["cells"]]]
    return {"ms": ms, "cells": len(cells), "seen": seen, "peak_mib": _machine.peak_memory_mib()}


def in_checkout(checkout: Path, name: str, field: Path) -> dict[str, Any]:
    """Measure with the code of a checkout, in a process of its own."""
    # The package first, so that it is that of the checkout, whatever this file puts in front of the path.
    code = (
        f"import sys; sys.path.insert(0, {str(checkout)!r}); import classifier.inference.pipeline, json; "
        f"sys.path.insert(0, {str(ROOT / 'benchmarks')!r}); import pipeline; from pathlib import Path; "
        f"print(json.dumps(pipeline.measure({name!r}, Path({str(field)!r}), Path({str(installed_model())!r}))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=checkout)  # noqa: S603  ourselves
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def best(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The least of several runs, step by step."""
    ms = {step: round(min(run["ms"][step] for run in runs), 1) for step in STEPS}
    return {**runs[0], "ms": ms | {"all": round(sum(ms.values()), 1)}, "peak_mib": max(r["peak_mib"] for r in runs)}


def show(name: str, label: str, result: dict[str, Any]) -> None:
    """One line of the table."""
    figures = "".join(f"{result['ms'][step]:>10.1f}" for step in (*STEPS, "all"))
    print(f"{name:<9}{label:<6}{figures}{result['peak_mib']:>9.0f}{result['cells']:>7}")


def main() -> int:
    """Measure and print; 1 where two checkouts do not see the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="a checkout to compare with")
    parser.add_argument("--only", nargs="+", choices=FIELDS, default=list(FIELDS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to FILE")
    options = parser.parse_args()
    print(f"{_machine.describe()['cpu']}, processor ms, one thread")
    print(f"{'':<15}" + "".join(f"{step:>10}" for step in (*STEPS, "all")) + f"{'MiB':>9}{'cells':>7}")
    report: dict[str, Any] = {}
    differs = False
    for name in options.only:
        with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
            field = Path(folder) / "field.npy"
            draw(name, field)
            checkouts = {"old": options.against.resolve(), "new": ROOT} if options.against else {"new": ROOT}
            runs: dict[str, list[dict[str, Any]]] = {label: [] for label in checkouts}
            for _ in range(ROUNDS):
                for label, checkout in checkouts.items():
                    runs[label].append(in_checkout(checkout, name, field))
        report[name] = {label: best(found) for label, found in runs.items()}
        for label, result in report[name].items():
            show(name, label, result)
        if options.against:
            old, new = report[name]["old"], report[name]["new"]
            ratios = "".join(f"{old['ms'][step] / new['ms'][step]:>9.2f}x" for step in (*STEPS, "all"))
            same = old["seen"] == new["seen"]
            differs |= not same
            print(f"{'':<9}{'times':<6}{ratios}  {'the same is seen' if same else 'ANOTHER THING IS SEEN'}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
