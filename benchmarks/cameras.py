"""How right a model is on cameras it was not trained on, how honest where it is wrong, and whether the alarm notices them.

Folders of single labelled cells go through the service's own detector, scale and network. DeepAPL names patients (the file
name up to the double underscore), so its intervals are bootstraps over them; its blasts and smudges are no classes of
the model, and no name is right for them. The alarm is the median novelty of 20 cells of one set, drawn 10,000 times.
Run: python benchmarks/cameras.py [MODEL] --data DIR [--crops CROPS] [--json FILE]
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from _cells import OPEN, PICKS, SCALES, images_of, patients_of, read  # noqa: E402

from classifier.inference.calibrate import ece, softmax  # noqa: E402
from classifier.inference.labels import LABELS  # noqa: E402
from classifier.inference.metrics import bootstrap_interval, confusion_matrix, macro_f1, wilson_interval  # noqa: E402
from classifier.inference.pipeline import Classified, Pipeline, open_pipeline  # noqa: E402
from classifier.standing import CAMERA_LIMIT, FEWEST_CELLS, STRICT_SCORE  # noqa: E402
from training.crop_set import Crops  # noqa: E402
from training.crop_views import views_at  # noqa: E402
from training.evaluation.folder import answer_folder  # noqa: E402

SETS = ("lisc", "deepapl")
#: Classes that a smear of a healthy person shows: a blast under one of these names is a blast missed.
NORMAL = ("neutrophil", "eosinophil", "basophil", "lymphocyte", "monocyte")
DRAWS = 10_000


@dataclass(frozen=True)
class Said:
    """What the model said of N cells: `truth` and `best` (N,) class names, `score` and `novelty` (N,), `named` (N,)."""

    truth: np.ndarray
    best: np.ndarray
    score: np.ndarray
    novelty: np.ndarray
    named: np.ndarray
    groups: np.ndarray


def of_folder(pipeline: Pipeline, data: Path, name: str) -> Said:
    """The whole way from a picture to a name, for every picture of a set."""
    images = images_of(data, name, also=OPEN)
    answers = answer_folder(pipeline, images, read=read, pick=PICKS[name], um_per_px=SCALES.get(name))
    probabilities = softmax(answers.logits, pipeline.bundle.temperature)
    return Said(
        np.array([image.label for image in images]),
        np.array(pipeline.bundle.labels)[probabilities.argmax(axis=1)],
        probabilities.max(axis=1),
        np.zeros(len(images)) if answers.novelty is None else answers.novelty,
        answers.identified,
        np.array(patients_of(images)),
    )


def of_crops(pipeline: Pipeline, crops: Crops, source: str) -> Said:
    """Crops of the validation part, as the network sees them."""
    rows = crops.where(split="validation", sources=(source,))
    found: Classified = pipeline.classify(views_at(crops, rows, pipeline.spec))
    return Said(
        np.array([crops.rows[i].label for i in rows]),
        np.array(pipeline.bundle.labels)[found.probabilities.argmax(axis=1)],
        found.probabilities.max(axis=1),
        np.zeros(len(rows)) if found.novelty is None else found.novelty,
        np.array([decision.identified for decision in found.decisions]),
        np.array([crops.rows[i].group for i in rows]),
    )


def figures(said: Said, *, limit: float, strict: float) -> dict[str, Any]:
    """Accuracy and what else the table shows of one camera, and of its blasts and smudges where it has some."""
    known = ~np.isin(said.truth, OPEN)
    right, named = (said.truth == said.best)[known], said.named[known]
    sure = named & (said.score[known] >= strict)
    truth, best = ([list(LABELS).index(name) for name in names[known]] for names in (said.truth, said.best))
    rng = np.random.default_rng(1)
    medians = np.median(rng.choice(said.novelty[known], (DRAWS, FEWEST_CELLS)), axis=1)
    groups = said.groups[known].tolist()
    patients = len(set(groups)) < len(groups)
    interval = (
        bootstrap_interval(groups, lambda rows: float(right[rows].mean()))
        if patients
        else wilson_interval(int(right.sum()), len(right))
    )
    result: dict[str, Any] = {
        "n": int(known.sum()),
        "groups": len(set(groups)),
        "accuracy": float(right.mean()),
        "accuracy_ci95": [float(value) for value in interval],
        "macro_f1": macro_f1(confusion_matrix(truth, best, len(LABELS))),
        "ece": ece(said.score[known], right),
        "unidentified": float(1 - named.mean()),
        "wrong_and_named": float((named & ~right).mean()),
        "alarm": float((medians > limit).mean()),
        "held_back_below": strict,
        "named_when_unknown": float(sure.mean()),
        "wrong_and_named_when_unknown": float((sure & ~right).mean()),
        "recall": {
            name: float(right[said.truth[known] == name].mean()) for name in LABELS if (said.truth == name).any()
        },
    }
    for kind in OPEN:
        if (mine := said.truth == kind).any():
            normal = said.named[mine] & np.isin(said.best[mine], NORMAL)
            result[kind] = {
                "n": int(mine.sum()),
                "named_normal": float(normal.mean()),
                "named_normal_when_unknown": float((normal & (said.score[mine] >= strict)).mean()),
                "named": float(said.named[mine].mean()),
            }
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    current = ROOT / "model_store" / (ROOT / "model_store" / "CURRENT").read_text().strip()
    parser.add_argument("model", nargs="?", type=Path, default=current)
    parser.add_argument("--data", type=Path, help="folder with lisc/ and deepapl/; without it nothing is measured")
    parser.add_argument("--crops", type=Path, help="crop set whose validation cells are the cameras trained on")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if not arguments.data and not arguments.crops:
        print("No --data folder: nothing to measure.")
        return
    pipeline = open_pipeline(arguments.model)
    novelty = pipeline.bundle.card.get("novelty") or {}
    limits = {"limit": novelty.get("camera_limit", CAMERA_LIMIT), "strict": novelty.get("strict_score", STRICT_SCORE)}
    found: dict[str, Any] = {}
    if arguments.crops:
        crops = Crops.open(arguments.crops)
        for source in sorted({crops.rows[i].source for i in crops.where(split="validation")}):
            found[f"{source}, validation"] = figures(of_crops(pipeline, crops, source), **limits)
    for name in SETS if arguments.data else ():
        if (arguments.data / name).is_dir():
            found[name] = figures(of_folder(pipeline, arguments.data, name), **limits)
    print(
        f"{pipeline.bundle.name} {pipeline.bundle.version}, alarm over {limits['limit']:.3f}, then named from {limits['strict']:.3f}"
    )
    for name, row in found.items():
        low, high = row["accuracy_ci95"]
        print(
            f"{name:20} n {row['n']:5}  accuracy {row['accuracy']:.3f} ({low:.3f}-{high:.3f})  macro-F1 {row['macro_f1']:.3f}  "
            f"ECE {row['ece']:.3f}  unidentified {row['unidentified']:6.1%}  wrong and named {row['wrong_and_named']:5.1%}  "
            f"alarm {row['alarm']:6.1%}; then named {row['named_when_unknown']:6.1%}, "
            f"wrong and named {row['wrong_and_named_when_unknown']:5.1%}"
        )
        print("    recall " + ", ".join(f"{label} {share:.2f}" for label, share in row["recall"].items()))
        for kind in OPEN:
            if kind in row:
                line = row[kind]
                print(
                    f"    {kind}: n {line['n']}, named as a normal class {line['named_normal']:.1%}, "
                    f"on an unknown camera {line['named_normal_when_unknown']:.1%}"
                )
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
