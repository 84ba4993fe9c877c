"""What adapting to a camera without labels would bring: its stain taken to the home camera's, its statistics re-estimated.

Crops of each set are cut as the service cuts them and answered in float32. *Stain*: the two typical colours of the set,
measured on 100 of its crops, are exchanged for those of the home camera (after Macenko et al. 2009), wholly or half-way. *Statistics*:
mean and variance of every batch normalisation are taken from 160 crops of the set, mixed into the network's own by a share
(Li et al. 2018, "Adaptive batch normalization").
Run: python benchmarks/unlabelled.py [MODEL] --data DIR [--json FILE]
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import keras  # noqa: E402
import numpy as np  # noqa: E402
from _cells import PICKS, SCALES, images_of, read  # noqa: E402

from classifier.inference.metrics import confusion_matrix, macro_f1  # noqa: E402
from classifier.inference.pipeline import Pipeline, open_pipeline  # noqa: E402
from classifier.inference.types import Floats, Rgb  # noqa: E402
from training.evaluation.folder import answer_folder  # noqa: E402
from training.stains import Palette, colour_of, density_of, measure_palette, restaining  # noqa: E402

HOME, HOME_CELLS = "pbc", 120
SETS = ("lisc", "deepapl")
PALETTE_CELLS, STATISTICS_CELLS = 100, 160
SHARES = (0.3, 0.6, 1.0)
_BATCH = 64


def crops_of(pipeline: Pipeline, data: Path, name: str, *, most: int | None = None) -> tuple[Rgb, np.ndarray]:
    """Crops (N, S, S, 3) of a set and the class index of each; `most` takes an even sample."""
    images = images_of(data, name)
    if most:
        images = images[:: max(1, len(images) // most)]
    answers = answer_folder(pipeline, images, read=read, pick=PICKS[name], um_per_px=SCALES.get(name), workers=1)
    return np.stack(answers.crops), np.array([pipeline.bundle.labels.index(image.label) for image in images])


def restained(crops: Rgb, own: Palette, home: Palette, *, share: float) -> Rgb:
    """Crops taken a share of the way from their own stain to the home camera's."""
    matrix = (1 - share) * np.eye(3, dtype=np.float32) + share * restaining(own, home, most=3.0)
    return np.stack([colour_of(density_of(crop) @ matrix.astype(np.float32)).clip(0, 255) for crop in crops]).astype(
        np.uint8
    )


Moments = list[tuple[np.ndarray, np.ndarray]]


def moments_of(layers: list[keras.layers.BatchNormalization]) -> Moments:
    """Moving mean and variance of each layer."""
    return [
        (
            np.array(keras.ops.convert_to_numpy(layer.moving_mean)),
            np.array(keras.ops.convert_to_numpy(layer.moving_variance)),
        )
        for layer in layers
    ]


def set_moments(layers: list[keras.layers.BatchNormalization], moments: Moments) -> None:
    """Give each layer its moving mean and variance."""
    for layer, (mean, variance) in zip(layers, moments, strict=True):
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(variance)


def moments_on(network: keras.Model, layers: list[keras.layers.BatchNormalization], crops: Rgb) -> Moments:
    """What the moments of each layer are on these crops; the network keeps its own."""
    own = moments_of(layers)
    for layer in layers:
        layer.momentum = 0.0
    network(crops.astype(np.float32), training=True)
    seen = moments_of(layers)
    set_moments(layers, own)
    return seen


def normalisations(network: keras.Model) -> list[keras.layers.BatchNormalization]:
    """Its batch normalisations, those of networks inside it too."""
    found = []
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            found += normalisations(layer)
        elif isinstance(layer, keras.layers.BatchNormalization):
            found.append(layer)
    return found


def answers_of(network: keras.Model, crops: Rgb) -> Floats:
    """Logits (N, C)."""
    chunks = [crops[start : start + _BATCH].astype(np.float32) for start in range(0, len(crops), _BATCH)]
    return np.concatenate([keras.ops.convert_to_numpy(network(chunk, training=False)) for chunk in chunks])


def ways(network: keras.Model, crops: Rgb, home: Palette | None) -> Iterator[tuple[str, Floats]]:
    """Each way of adapting to the camera of the crops, and the logits it gives; the network is left as it was."""
    yield "as it is", answers_of(network, crops)
    own = measure_palette(crops[:: max(1, len(crops) // PALETTE_CELLS)])
    if own and home:
        for share in (0.5, 1.0):
            yield f"stain {share:.0%}", answers_of(network, restained(crops, own, home, share=share))
    layers = normalisations(network)
    before = moments_of(layers)
    chosen = np.random.default_rng(0).choice(len(crops), min(STATISTICS_CELLS, len(crops)), replace=False)
    seen = moments_on(network, layers, crops[chosen])
    for share in SHARES:
        mixed = [
            ((1 - share) * own_mean + share * mean, (1 - share) * own_variance + share * variance)
            for (own_mean, own_variance), (mean, variance) in zip(before, seen, strict=True)
        ]
        set_moments(layers, mixed)
        yield f"statistics {share:.0%}", answers_of(network, crops)
    set_moments(layers, before)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    current = ROOT / "model_store" / (ROOT / "model_store" / "CURRENT").read_text().strip()
    parser.add_argument("model", nargs="?", type=Path, default=current)
    parser.add_argument(
        "--data", type=Path, help="folder with lisc/, deepapl/ and pbc/; without it nothing is measured"
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if not arguments.data:
        print("No --data folder: nothing to measure.")
        return
    pipeline = open_pipeline(arguments.model)
    network = keras.saving.load_model(arguments.model / "model.keras", compile=False)
    home = measure_palette(crops_of(pipeline, arguments.data, HOME, most=HOME_CELLS)[0])
    result: dict[str, Any] = {"model": f"{pipeline.bundle.name} {pipeline.bundle.version}"}
    print(f"{result['model']}, float32")
    for name in SETS:
        crops, truth = crops_of(pipeline, arguments.data, name)
        result[name] = {"n": len(truth)}
        for way, logits in ways(network, crops, home):
            best = logits.argmax(axis=1)
            row = {
                "accuracy": float((best == truth).mean()),
                "macro_f1": macro_f1(confusion_matrix(truth.tolist(), best.tolist(), len(pipeline.bundle.labels))),
            }
            result[name][way] = row
            print(f"{name:8} n {len(truth):5}  {way:16} accuracy {row['accuracy']:.3f}  macro-F1 {row['macro_f1']:.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
