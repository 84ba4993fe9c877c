"""How many artefacts the shipped model leaves *unidentified*.

Crops at the model's own size go straight to the network, as if the detector had taken them for cells: the worst case, as
in service the detector and the check that an image is a smear hold most of them back before. Artefacts are drawn from a
seed; the photographs and the other tissue (an immunohistochemistry slide, a retina) come with scikit-image. As a control,
real cells must keep their names: crops of a crop set's validation split, when one is given.
Run: python benchmarks/novelty.py [MODEL] [--crops CROPS] [--json FILE]
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from skimage import data as photographs  # noqa: E402

from classifier.inference.pipeline import Pipeline, open_pipeline  # noqa: E402
from classifier.inference.synthetic import draw_field  # noqa: E402
from training.crop_set import Crops  # noqa: E402
from training.crop_views import views_at  # noqa: E402

EACH = 200
_GLASS = 240


def _glass(size: int, rng: np.random.Generator) -> np.ndarray:
    return np.clip(_GLASS + rng.normal(0, 2, (size, size, 3)), 0, 255).astype(np.uint8)


def empty_glass(size: int, rng: np.random.Generator) -> np.ndarray:
    """Nothing but glass and sensor noise."""
    return _glass(size, rng)


def red_cells(size: int, rng: np.random.Generator) -> np.ndarray:
    """The middle of a drawn field without white cells."""
    field, _ = draw_field(seed=int(rng.integers(1 << 31)), width=3 * size, height=3 * size, cells=[])
    return np.ascontiguousarray(field[size : 2 * size, size : 2 * size])


def stain_deposit(size: int, rng: np.random.Generator) -> np.ndarray:
    """Dark grains of precipitated stain, scattered and clumped."""
    crop = _glass(size, rng)
    middle = rng.normal(size / 2, size / 12, 2)
    for _ in range(int(rng.integers(40, 160))):
        at = tuple(int(v) for v in rng.normal(middle, size / 7))
        colour = tuple(int(v) for v in rng.normal((70, 30, 95), 12))
        cv2.circle(crop, at, int(rng.integers(1, max(2, size // 40))), colour, -1, cv2.LINE_AA)
    return crop


def smudge(size: int, rng: np.random.Generator) -> np.ndarray:
    """A torn nucleus: a streaked, shapeless violet smear without chromatin or cytoplasm."""
    mask = np.zeros((size, size), np.float32)
    angle = rng.uniform(0, 180)
    for _ in range(int(rng.integers(4, 9))):
        at = tuple(int(v) for v in rng.normal(size / 2, size / 9, 2))
        axes = (int(rng.uniform(size / 6, size / 3)), int(rng.uniform(size / 24, size / 10)))
        cv2.ellipse(mask, at, axes, angle + rng.normal(0, 15), 0, 360, float(rng.uniform(0.3, 0.9)), -1)
    mask = cv2.GaussianBlur(mask, (0, 0), size / 32)[..., None]
    return (_glass(size, rng) * (1 - mask) + np.array((150, 90, 175)) * mask).clip(0, 255).astype(np.uint8)


def fibre(size: int, rng: np.random.Generator) -> np.ndarray:
    """A fibre or scratch across the crop."""
    crop = _glass(size, rng)
    points = np.cumsum(rng.normal(0, size / 6, (6, 2)), axis=0) + size / 2
    shade = tuple(int(v) for v in rng.integers(20, 150, 3))
    cv2.polylines(crop, [points.astype(np.int32)], isClosed=False, color=shade, thickness=max(1, size // 24))
    return cv2.GaussianBlur(crop, (0, 0), 0.8)


def noise(size: int, rng: np.random.Generator) -> np.ndarray:
    """Random colours."""
    small = rng.integers(0, 256, (size // 4, size // 4, 3), dtype=np.uint8)
    return cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC)


def _cut(names: tuple[str, ...]) -> Callable[[int, np.random.Generator], np.ndarray]:
    def cut(size: int, rng: np.random.Generator) -> np.ndarray:
        image = getattr(photographs, str(rng.choice(names)))()
        if image.ndim == 2:
            image = np.stack([image] * 3, axis=2)
        side = int(rng.integers(size, min(image.shape[:2])))
        y, x = (int(rng.integers(0, length - side + 1)) for length in image.shape[:2])
        window = np.ascontiguousarray(image[y : y + side, x : x + side, :3])
        return cv2.resize(window, (size, size), interpolation=cv2.INTER_AREA)

    return cut


STRANGE: dict[str, Callable[[int, np.random.Generator], np.ndarray]] = {
    "empty glass": empty_glass,
    "red cells only": red_cells,
    "stain deposit": stain_deposit,
    "smudge": smudge,
    "fibre or scratch": fibre,
    "random colours": noise,
    "other tissue": _cut(("immunohistochemistry", "retina")),
    "photographs": _cut(("astronaut", "chelsea", "coffee", "rocket", "brick", "grass", "gravel")),
    "printed text": _cut(("page", "text")),
}


def unidentified(pipeline: Pipeline, crops: np.ndarray) -> dict[str, Any]:
    """Shares of the crops kept from being counted, by the novelty score alone and by score and thresholds together."""
    classified = pipeline.classify(crops)
    novel = (
        0.0 if classified.novelty is None else float(np.mean(classified.novelty > pipeline.bundle.novelty_threshold))
    )
    return {
        "n": len(crops),
        "unidentified": 1 - float(np.mean([decision.identified for decision in classified.decisions])),
        "novel": novel,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    current = ROOT / "model_store" / (ROOT / "model_store" / "CURRENT").read_text().strip()
    parser.add_argument("model", nargs="?", type=Path, default=current)
    parser.add_argument("--crops", type=Path, help="crop set whose validation cells are the control")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    pipeline = open_pipeline(arguments.model)
    size = pipeline.bundle.size_px
    found = {}
    for number, (name, draw) in enumerate(STRANGE.items()):
        rng = np.random.default_rng([7, number])
        found[name] = unidentified(pipeline, np.stack([draw(size, rng) for _ in range(EACH)]))
    if arguments.crops:
        crops = Crops.open(arguments.crops)
        found["validation cells (control)"] = unidentified(
            pipeline, views_at(crops, crops.where(split="validation"), pipeline.spec)
        )
    print(f"{pipeline.bundle.name} {pipeline.bundle.version}")
    for name, line in found.items():
        print(f"{name:28} n {line['n']:5}  unidentified {line['unidentified']:6.1%}  novel {line['novel']:6.1%}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
