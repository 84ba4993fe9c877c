"""How well a scale is read off red cells and off white cells, set by set.

The truth of a set is what its red cells say together: the median over the fields that show enough of them. Against it stand
one field's red cells, one field's white cells, and the white cells of several fields of one camera drawn at random. Errors
are relative; 0.10 means a tenth too coarse. Sets lie below DATA or HEMATOVISION_DATA: pbc, bccd, raabin, on which the size
of a nucleus was chosen, and lisc and deepapl, which only check it.
Run: python benchmarks/scale.py [DATA] [--fields N] [--json FILE]
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from classifier.inference.scale import ENOUGH_CELLS, RedCellRuler, measure_red_cells, pooled_um_per_px  # noqa: E402
from classifier.inference.scale_choice import DIFFERS  # noqa: E402
from classifier.inference.white_cells import WhiteCellRuler, measure_white_cells  # noqa: E402

SETS = {"pbc": "pbc", "bccd": "bccd/originals", "raabin": "raabin", "lisc": "lisc", "deepapl": "deepapl"}
#: Folders of what has no nucleus, or none that is whole.
_NOT_NUCLEATED = frozenset({"platelet", "smudge"})
_POOLED_FIELDS, _DRAWS = 10, 1000


def fields_of(folder: Path, count: int) -> list[Path]:
    """About `count` images of a set, spread evenly, each class alike where there are class folders."""
    classes = [each for each in sorted(folder.iterdir()) if each.is_dir() and each.name not in _NOT_NUCLEATED]
    chosen = []
    for part in classes or [folder]:
        files = sorted(each for each in part.iterdir() if each.suffix in {".jpg", ".png", ".webp"})
        share = min(len(files), max(1, count // max(1, len(classes))))
        chosen += [files[round(i)] for i in np.linspace(0, len(files) - 1, share)] if files else []
    return chosen


def measure(path: Path) -> tuple[RedCellRuler, WhiteCellRuler]:
    """Both rulers of one image file."""
    cv2.setNumThreads(1)
    rgb = np.asarray(Image.open(path).convert("RGB"))
    return measure_red_cells(rgb), measure_white_cells(rgb)


def spread(errors: Sequence[float]) -> dict[str, Any]:
    """Number, median, 5th and 95th percentile of relative errors, and the standard deviation of their logarithms."""
    if not errors:
        return {"n": 0}
    values = np.asarray(errors)
    low, middle, high = np.percentile(values, [5, 50, 95])
    return {
        "n": len(values),
        "median": round(float(middle), 3),
        "p5": round(float(low), 3),
        "p95": round(float(high), 3),
        "sd": round(float(np.std(np.log1p(values))), 3),
    }


def compare(rulers: Sequence[tuple[RedCellRuler, WhiteCellRuler]]) -> dict[str, Any] | None:
    """Errors of both rulers against the red cells of all fields together; None where no field shows enough red cells."""
    truth = pooled_um_per_px(red for red, _ in rulers)
    if truth is None:
        return None
    red = [(ruler.um_per_px / truth - 1, ruler.count) for ruler, _ in rulers if ruler.um_per_px]
    white = [ruler for _, ruler in rulers if ruler.um_per_px]
    rng = np.random.default_rng(0)
    pools = [
        pooled_um_per_px(white[i] for i in rng.choice(len(white), _POOLED_FIELDS))
        for _ in range(_DRAWS if white else 0)
    ]
    strays = [abs(np.log1p(error)) > np.log1p(DIFFERS) for error, count in red if count >= ENOUGH_CELLS]
    return {
        "um_per_px": round(truth, 4),
        "fields": len(rulers),
        "red": spread([error for error, _ in red]),
        "red_strays": f"{sum(strays)} of {len(strays)}",
        "white": spread([ruler.um_per_px / truth - 1 for ruler in white if ruler.um_per_px]),
        "pooled": spread([pool / truth - 1 for pool in pools if pool]),
    }


def line(name: str, found: dict[str, Any]) -> str:
    """One row of a table of errors."""
    if not found["n"]:
        return f"    {name:28} n    0"
    return f"    {name:28} n {found['n']:4}  median {found['median']:+.2f}  5-95 % {found['p5']:+.2f} {found['p95']:+.2f}  sd {found['sd']:.2f}"


def main() -> None:
    """Measure every set that is there and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=Path(os.environ.get("HEMATOVISION_DATA", "data")))
    parser.add_argument("--fields", type=int, default=240, help="images a set (default %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    results = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, place in SETS.items():
            folder = arguments.data / place
            if not folder.is_dir():
                print(f"{name} is left out: there is no folder {folder}.")
                continue
            found = compare(list(pool.map(measure, fields_of(folder, arguments.fields), chunksize=8)))
            if found is None:
                print(f"{name} is left out: none of its fields shows enough red cells to compare with.")
                continue
            results[name] = found
            print(f"{name}: {found['um_per_px']} um/px by red cells, {found['fields']} fields")
            print(line("red cells of one field", found["red"]))
            print(f"    at least {ENOUGH_CELLS} red cells, off by over {DIFFERS:.0%}: {found['red_strays']}")
            print(line("white cells of one field", found["white"]))
            print(line(f"white cells of {_POOLED_FIELDS} fields", found["pooled"]), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
