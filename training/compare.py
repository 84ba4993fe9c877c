"""Several models under one protocol: the same cells, the same measures, the same host."""

import csv
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from classifier.inference.bundle import ONNX_FILE, ONNX_FLOAT_FILE, ModelBundle
from classifier.inference.engines import Engine, load_engine
from classifier.inference.types import Rgb

from .atomic import whole_file, write_text
from .crop_set import Crops
from .errors import BadData
from .evaluation.bundles import predict_bundle
from .evaluation.report import measure

CSV, MARKDOWN = "compare.csv", "compare.md"
_REPEATS = 7
_COLUMNS = {
    "model": "model",
    "backbone": "network",
    "size_px": "px",
    "n": "n",
    "accuracy": "accuracy",
    "accuracy_low": "from",
    "accuracy_high": "to",
    "macro_f1": "macro-F1",
    "ece": "ECE",
    "unidentified": "unidentified",
    "megabytes": "MB",
    "ms_one": "ms, one",
    "ms_batch": "ms each, batch of 16",
}


def compare(models: Sequence[Path], crop_sets: Sequence[Path], out: Path, *, split: str) -> str:
    """Write compare.csv and compare.md into `out` and give the table as Markdown.

    One crop set serves all models of its size; or one is given for each model, cut from the same manifest at the
    model's own size. Raises BadData when the sets hold different cells.
    """
    if len(crop_sets) not in {1, len(models)}:
        message = f"Give one crop set, or one for each of the {len(models)} models; there are {len(crop_sets)}."
        raise BadData(message)
    rows, cells = [], None
    for number, directory in enumerate(models):
        crops = Crops.open(crop_sets[number if len(crop_sets) > 1 else 0])
        here = [(crops.rows[i].path, crops.rows[i].label) for i in crops.where(split=split)]
        if cells is not None and here != cells:
            message = f"{crop_sets[number]} holds other cells than {crop_sets[0]}: a comparison needs the same ones."
            raise BadData(message)
        cells = here
        rows.append(compare_one(ModelBundle.load(directory), crops, split=split))
    with whole_file(out / CSV) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, list(_COLUMNS), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    text = as_markdown(rows)
    write_text(out / MARKDOWN, text)
    return text


def compare_one(bundle: ModelBundle, crops: Crops, *, split: str) -> dict[str, Any]:
    """One line of the table: figures on the split, size of the served file, ms an image on this CPU."""
    engine = load_engine(bundle)
    found, views = predict_bundle(bundle, crops, split=split, engine=engine)
    result = measure(found)
    low, high = result["groups"]["image_accuracy_ci95"]
    served = ONNX_FILE if bundle.has(ONNX_FILE) else ONNX_FLOAT_FILE
    return {
        "model": f"{bundle.name} {bundle.version}",
        "backbone": bundle.card.get("backbone", ""),
        "size_px": bundle.size_px,
        "n": result["n"],
        "accuracy": round(result["accuracy"], 4),
        "accuracy_low": round(low, 4),
        "accuracy_high": round(high, 4),
        "macro_f1": round(result["macro_f1"], 4),
        "ece": round(result["calibration"]["ece_after"], 4),
        "unidentified": round(result["unidentified"]["share"], 4),
        "megabytes": round(bundle.path(served).stat().st_size / 1e6, 1),
        "ms_one": round(milliseconds(engine, views[:1]), 2),
        "ms_batch": round(milliseconds(engine, views[:16]), 2),
    }


def milliseconds(engine: Engine, views: Rgb) -> float:
    """Median time an image, ms, of running `views` at once, after one call to warm up."""
    engine.run(views)
    times = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        engine.run(views)
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times) / len(views)


def as_markdown(rows: Sequence[dict[str, Any]]) -> str:
    """The table, best accuracy first."""
    lines = [f"| {' | '.join(_COLUMNS.values())} |", f"|{'---|' * len(_COLUMNS)}"]
    lines += [f"| {' | '.join(str(row[c]) for c in _COLUMNS)} |" for row in sorted(rows, key=lambda r: -r["accuracy"])]
    return "\n".join(lines) + "\n"
