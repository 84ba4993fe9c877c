"""A bundle on a crop set: its answers, and the evaluation folder made of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.inference.bundle import ModelBundle
from classifier.inference.engines import Engine, load_engine
from classifier.inference.novelty import NoveltyModel
from classifier.inference.pipeline import crop_spec
from classifier.inference.types import Floats, Rgb
from training.crop_set import Crops
from training.crop_views import views_at
from training.errors import BadData
from training.progress import progress

from .predictions import Predictions
from .report import write_evaluation

_CHUNK = 64


def answer(engine: Engine, views: Rgb, *, label: str) -> tuple[Floats, Floats]:
    """Logits (N, C) and mean-pooled features (N, F); feature maps are let go chunk by chunk."""
    starts = progress(range(0, len(views), _CHUNK), label=label, unit="batch")
    parts = []
    for start in starts:
        output = engine.run(views[start : start + _CHUNK])
        parts.append((output.logits, output.features))
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def views_of(bundle: ModelBundle, crops: Crops, rows: NDArray[np.int64]) -> Rgb:
    """Some crops of a set as the bundle's network sees them; raises BadData when there are none."""
    if not len(rows):
        message = "The crop set has nothing in that part."
        raise BadData(message)
    return views_at(crops, rows, crop_spec(bundle))


def predict_bundle(
    bundle: ModelBundle, crops: Crops, *, split: str, sources: Sequence[str] | None = None, engine: Engine | None = None
) -> tuple[Predictions, Rgb]:
    """Predictions of a bundle on one split (calibrated, with its thresholds and novelty), and the views they are of.

    Raises BadData when the split is empty, or holds a class the bundle does not know.
    """
    rows = crops.where(split=split, sources=sources)
    views = views_of(bundle, crops, rows)
    labels = [crops.rows[i].label for i in rows]
    unknown = sorted(set(labels) - set(bundle.labels))
    if unknown:
        message = f"The crops hold the class {unknown[0]}, which {bundle.name} {bundle.version} does not know."
        raise BadData(message)
    logits, features = answer(engine or load_engine(bundle), views, label=f"{bundle.name} on {split}")
    known = None
    if bundle.novelty_threshold is not None:
        known = NoveltyModel.load(bundle.path(bundle.novelty_file)).score(features) <= bundle.novelty_threshold
    found = Predictions(
        labels=bundle.labels,
        paths=tuple(crops.rows[i].path for i in rows),
        groups=tuple(crops.rows[i].group for i in rows),
        truth=np.array([bundle.labels.index(label) for label in labels], np.int64),
        logits=logits,
        temperature=bundle.temperature,
        thresholds=bundle.thresholds,
        known=known,
    )
    return found, views


def evaluate_bundle(
    bundle: ModelBundle,
    crops: Crops,
    out: Path | str,
    *,
    split: str,
    sources: Sequence[str] | None = None,
    history: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Write the evaluation folder of a bundle on one split of a crop set, and give its figures."""
    found, views = predict_bundle(bundle, crops, split=split, sources=sources)
    facts = {
        "model": f"{bundle.name} {bundle.version}",
        "card_sha256": bundle.card_sha256,
        "split": split,
        "sources": sorted({crops.rows[i].source for i in crops.where(split=split, sources=sources)}),
    }
    return write_evaluation(found, out, images=views, history=history, facts=facts)
