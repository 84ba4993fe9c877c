"""A bundle with the same network and another temperature, thresholds and novelty, as a version of its own."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from classifier.inference import novelty
from classifier.inference.bundle import NOVELTY_FILE, ModelBundle, seal
from classifier.inference.calibrate import choose_thresholds, fit_temperature, softmax
from classifier.inference.engines import load_engine
from training.atomic import whole_folder
from training.crop_set import Crops
from training.errors import BadData
from training.evaluation.bundles import answer, predict_bundle, views_of
from training.evaluation.predictions import Predictions
from training.evaluation.report import measure

from .card import describe_evaluation, write_model_card
from .publish import spread

_NOVELTY_CELLS = 6000


def recalibrate(
    bundle: ModelBundle,
    crops: Crops,
    out: Path | str,
    *,
    version: str,
    goal: float = 0.995,
    known: float = 0.995,
    strict_score: float | None = None,
) -> ModelBundle:
    """Fit the decisions again on the validation split of `crops`; novelty on its training split when it has one.

    `goal`, `known` and `strict_score` are those of `PublishOptions`.

    Raises BadData when the version is the old one: a model in use never changes under its name.
    """
    if version == bundle.version:
        message = f"{bundle.name} {version} exists; a model with other thresholds needs a version of its own."
        raise BadData(message)
    engine = load_engine(bundle)
    found, views = predict_bundle(bundle, crops, split="validation", engine=engine)
    features = answer(engine, views, label="features")[1]
    with whole_folder(out) as folder:
        for name in bundle.card["files"]:
            shutil.copyfile(bundle.path(name), folder / name)
        card: dict[str, Any] = {k: v for k, v in bundle.card.items() if k not in {"format", "files"}}
        train = crops.where(split="train")
        if len(train):
            truth = np.array([bundle.labels.index(crops.rows[i].label) for i in train], np.int64)
            picked = spread(truth, _NOVELTY_CELLS)
            seen = answer(engine, views_of(bundle, crops, train[picked]), label="training features")[1]
            novelty.fit(seen, truth[picked]).save(folder / NOVELTY_FILE)
        scores = novelty.NoveltyModel.load(folder / NOVELTY_FILE).score(features)
        at_home = scores[crops.of_main_source(crops.where(split="validation"))]
        limit = novelty.choose_threshold(at_home, kept=known)
        temperature = fit_temperature(found.logits, found.truth)
        kept = scores <= limit
        chosen = choose_thresholds(
            softmax(found.logits, temperature)[kept],
            found.truth[kept],
            bundle.labels,
            goal=goal,
            groups=[group for group, is_known in zip(found.groups, kept, strict=True) if is_known],
        )
        again = Predictions(
            found.labels, found.paths, found.groups, found.truth, found.logits, temperature, chosen, kept
        )
        card |= {
            "version": version,
            "temperature": temperature,
            "thresholds": chosen,
            "novelty": {
                "threshold": limit,
                "file": NOVELTY_FILE,
                "known": known,
                "camera_limit": novelty.choose_camera_limit(at_home),
                **({} if strict_score is None else {"strict_score": strict_score}),
            },
            "goal": goal,
            "calibrated_from": f"{bundle.name} {bundle.version}",
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "metrics": {**card.get("metrics", {}), "validation after calibration": describe_evaluation(measure(again))},
        }
        write_model_card(folder, card)
        seal(folder, card)
    return ModelBundle.load(out)
