"""Whether pictures of other things are held back, and smears are not: on cameras and packages that nothing was fitted to.

Smears below DATA (../shared/data/README.md names them), or HEMATOVISION_DATA: LISC and DeepAPL, whose cameras the check never
saw, the originals of the official TEST and copies of them, drawn fields, and the fields kept with the tests. Pictures of other
things below PICTURES: packages of Debian and PyPI that are downloaded there once by their ordinary clients and of which none was
fitted to (`training/smear_check/packages.py`), screenshots of PAGES, and what is drawn. Rates are given with Wilson's 95 %
interval. The time is that of one 640 x 480 field and one of 12 megapixels on one core.
Run: python benchmarks/smear_check.py [DATA] --pictures DIR [--pages DIR] [--wrong DIR] [--json FILE]
"""

import argparse
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from classifier.inference.metrics import wilson_interval  # noqa: E402
from classifier.inference.quality import judge_smear  # noqa: E402
from classifier.inference.smear_check import smear_score  # noqa: E402
from classifier.inference.synthetic import draw_field  # noqa: E402
from training.smear_check.packages import fetch  # noqa: E402
from training.smear_check.pictures import Picture, others_kept_apart, read, smears_kept_apart  # noqa: E402

FIXTURES = ROOT / "tests" / "fixtures" / "bccd_fields"


def main() -> None:
    """Measure and print a line for each source, then the two sides."""
    options = _options()
    told: dict[str, Any] = {}
    cv2.setNumThreads(1)
    if options.data:
        told["smears"] = report("smears held back", [*smears(options.data)], options.wrong, wrong_when=True)
    if options.pictures:
        fetch(options.pictures)
        others = list(others_kept_apart(options.pictures, pages=options.pages))
        told["others"] = report("pictures of other things held back", others, options.wrong, wrong_when=False)
    told["milliseconds"] = {
        name: measure_time(size) for name, size in {"640x480": (640, 480), "12 MP": (4000, 3000)}.items()
    }
    for name, spent in told["milliseconds"].items():
        print(f"{name}: {spent} ms")
    if options.json:
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


def smears(data: Path) -> Iterable[Picture]:
    """The fields of the sets, and those kept with the tests."""
    yield from smears_kept_apart(data)
    for path in sorted(FIXTURES.glob("*.jpg")):
        rgb = read(path)
        if rgb is not None:
            yield Picture(rgb, "fields kept with the tests", "smear", is_smear=True)


def report(title: str, pictures: Iterable[Picture], wrong: Path | None, *, wrong_when: bool) -> dict[str, Any]:
    """Print and return how many of each source and kind are held back; what is judged wrongly is written below `wrong`."""
    held: dict[str, list[bool]] = defaultdict(list)
    for picture in pictures:
        verdict = judge_smear(picture.rgb)
        is_held = verdict.measurement.verdict == "poor"
        held[f"{picture.kind}: {picture.source}"].append(is_held)
        held[f"all of {picture.kind}"].append(is_held)
        held["all"].append(is_held)
        if wrong is not None and is_held == wrong_when:
            name = f"{picture.source}-{len(held['all'])}-{verdict.measurement.value}.png".replace("/", "-")
            Image.fromarray(picture.rgb).save(wrong / name)
    print(title)
    told = {}
    for source in sorted(held):
        n, count = len(held[source]), sum(held[source])
        low, high = wilson_interval(count, n)
        told[source] = {"n": n, "held_back": count, "low": round(low, 4), "high": round(high, 4)}
        print(f"  {source}: {count} of {n}, {count / n:.3f} ({low:.3f}-{high:.3f})")
    return told


def measure_time(size: tuple[int, int]) -> float:
    """Least processor time of one score, ms, of a drawn field enlarged to `size`."""
    rgb = cv2.resize(draw_field(seed=5, cells=["neutrophil"] * 3)[0], size)
    smear_score(rgb)
    spent = []
    for _ in range(5):
        began = time.process_time()
        smear_score(np.ascontiguousarray(rgb))
        spent.append(time.process_time() - began)
    return round(1e3 * min(spent), 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    named = os.environ.get("HEMATOVISION_DATA")
    parser.add_argument("data", nargs="?", type=Path, default=Path(named) if named else None)
    parser.add_argument("--pictures", type=Path, help="where packages with pictures of other things lie or are put")
    parser.add_argument("--pages", type=Path, default=ROOT / "docs" / "images", help="screenshots of the product")
    parser.add_argument("--wrong", type=Path, help="an existing folder for the pictures that are judged wrongly")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
