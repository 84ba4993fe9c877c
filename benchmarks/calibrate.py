"""What a few labelled cells of an unseen camera bring: accuracy on other cells of it, as shipped and calibrated.

LISC names no patients: a random 60 % of its cells can be labelled, the rest is tested. DeepAPL: cells of half of the patients
can be labelled, those of the other half are tested; its blasts and smudges are no classes of the model and are left out.
Cells to label are drawn by chance, or proposed (`training.adaptation.propose`). Means over seeds. PBC is the home camera.
Run: python benchmarks/calibrate.py [MODEL] --data DIR [--cache DIR] [--seeds N] [--json FILE]
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from _cells import PICKS, images_of, patients_of, read  # noqa: E402

from classifier.inference.pipeline import Pipeline, open_pipeline  # noqa: E402
from training.adaptation.cells import LabelledCells  # noqa: E402
from training.adaptation.compare import Answers  # noqa: E402
from training.adaptation.decisions import Decisions  # noqa: E402
from training.adaptation.fit import fit_decisions  # noqa: E402
from training.adaptation.folder import VIEWS, read_cells  # noqa: E402
from training.adaptation.propose import propose_cells  # noqa: E402

COUNTS = (10, 25, 50, 100)
HOME, HOME_CELLS = "pbc", 800
_POOL = {"lisc": 0.6, "deepapl": 0.5}


def cells_of(name: str, pipeline: Pipeline, data: Path, cache: Path | None) -> LabelledCells:
    """Features of a set, from the cache when they are there."""
    kept = cache / f"{name}-{pipeline.bundle.card_sha256[:12]}.npz" if cache else None
    if kept and kept.is_file():
        with np.load(kept) as found:
            return LabelledCells(found["features"], found["truth"], tuple(found["groups"].tolist()))
    images = images_of(data, name)
    if name == HOME:
        images = images[:: max(1, len(images) // HOME_CELLS)]
    views = 1 if name == HOME else VIEWS
    cells = read_cells(
        pipeline, images, read=read, pick=PICKS[name], groups=patients_of(images), views=views, workers=1
    )
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, features=cells.features, truth=cells.truth, groups=np.array(cells.groups))
    return cells


def sides(cells: LabelledCells, share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows that may be labelled and rows that are tested, no group on both sides."""
    groups = np.array(cells.groups)
    names = rng.permutation(np.unique(groups))
    mine = np.isin(groups, names[: round(share * len(names))])
    return np.flatnonzero(mine), np.flatnonzero(~mine)


def measure(cells: LabelledCells, home: LabelledCells, parent: Decisions, share: float, seeds: int) -> dict[str, Any]:
    """For each number of cells and way of choosing them: the mean of every figure over the seeds."""
    rows: dict[str, list[dict[str, float]]] = {}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        pool, rest = sides(cells, share, rng)
        tested, given = cells.take(rest), cells.take(pool)
        rows.setdefault("as shipped", []).append(figures(parent, tested, home))
        order = propose_cells(given.upright, parent.probabilities(given.upright), max(COUNTS), groups=given.groups)
        for count in COUNTS:
            for way, chosen in (("random", rng.permutation(len(pool))[:count]), ("proposed", order[:count])):
                fitted = fit_decisions(given.take(chosen), parent).decisions
                rows.setdefault(f"{count} {way}", []).append(figures(fitted, tested, home))
    return {
        name: {key: float(np.mean([row[key] for row in found])) for key in found[0]}
        | {"sd": float(np.std([row["accuracy"] for row in found]))}
        for name, found in rows.items()
    }


def figures(decisions: Decisions, tested: LabelledCells, home: LabelledCells) -> dict[str, float]:
    """Accuracy, share left unidentified and share wrong and named on the camera, accuracy on the home camera."""
    said = Answers.of(decisions, tested)
    right = said.best == tested.truth
    return {
        "n": len(tested),
        "accuracy": float(right.mean()),
        "unidentified": float(1 - said.identified.mean()),
        "wrong_and_named": float((said.identified & ~right).mean()),
        "home": float((Answers.of(decisions, home).best == home.truth).mean()),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    current = ROOT / "model_store" / (ROOT / "model_store" / "CURRENT").read_text().strip()
    parser.add_argument("model", nargs="?", type=Path, default=current)
    parser.add_argument(
        "--data", type=Path, help="folder with lisc/, deepapl/ and pbc/; without it nothing is measured"
    )
    parser.add_argument("--cache", type=Path, help="folder where features are kept from one run to the next")
    parser.add_argument("--sets", default="lisc,deepapl")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if not arguments.data:
        print("No --data folder: nothing to measure.")
        return
    pipeline = open_pipeline(arguments.model, threads=1)
    parent = Decisions.of(pipeline.bundle)
    home = cells_of(HOME, pipeline, arguments.data, arguments.cache)
    result: dict[str, Any] = {"model": f"{pipeline.bundle.name} {pipeline.bundle.version}", "seeds": arguments.seeds}
    print(f"{result['model']}, mean of {arguments.seeds} seeds; home camera n {len(home)}")
    for name in arguments.sets.split(","):
        cells = cells_of(name, pipeline, arguments.data, arguments.cache)
        result[name] = measure(cells, home, parent, _POOL[name], arguments.seeds)
        print(f"{name}: {len(cells)} cells, {cells.patients} groups")
        for way, row in result[name].items():
            print(
                f"  {way:14} accuracy {row['accuracy']:.3f} (sd {row['sd']:.3f}, n {row['n']:.0f})  unidentified "
                f"{row['unidentified']:6.1%}  wrong and named {row['wrong_and_named']:6.1%}  home {row['home']:.3f}"
            )
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
