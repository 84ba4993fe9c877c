"""A trained network becomes a bundle: files, calibration, thresholds, novelty, figures, card. All of it measured here."""

import datetime as dt
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.inference import novelty
from classifier.inference.bundle import (
    HEAD_FILE,
    KERAS_FILE,
    NOVELTY_FILE,
    ONNX_FILE,
    ONNX_FLOAT_FILE,
    ModelBundle,
    seal,
)
from classifier.inference.calibrate import choose_thresholds, fit_temperature, softmax
from classifier.inference.engines import OnnxEngine
from classifier.inference.head import Head
from classifier.inference.types import Floats, Rgb
from training.atomic import whole_file, whole_folder
from training.crop_set import Crops
from training.crop_views import views_at
from training.errors import BadData
from training.evaluation.bundles import answer
from training.evaluation.predictions import Predictions
from training.evaluation.report import measure, write_evaluation
from training.history import read_history

from .card import describe_evaluation, write_model_card
from .int8 import Labelled, best_int8
from .keras_file import store_half
from .onnx_file import write_onnx
from .shifted import shifted_views
from .trained import LOG, Trained, open_trained

PRECISIONS = ("int8", "float32", "both")
_PICTURES = (
    "confusion.png",
    "reliability.png",
    "coverage.png",
    "roc.png",
    "precision_recall.png",
    "training.png",
)


@dataclass(frozen=True)
class PublishOptions:
    """What decides a bundle beside the weights.

    `goal`: accuracy aimed at, class by class, on the cells that keep their label. `known`: share of the validation cells
    of the main source that the novelty score lets pass. `strict_score`: the score a name needs on an unknown camera, None
    for the product's own. `calibration`: crops that int8 ranges are measured on, half of them in other stains.
    `abroad`: validation crops in other stains that the int8 file is judged on as well. `novelty_cells`: crops the novelty
    score is fitted on. `precision`: which ONNX files are written; a network whose int8 file is refused can be served in
    float32, and where both are there int8 is served.
    """

    name: str
    version: str
    goal: float = 0.995
    known: float = 0.995
    strict_score: float | None = None
    calibration: int = 512
    abroad: int = 800
    novelty_cells: int = 6000
    precision: str = "int8"
    data: str = ""


@dataclass(frozen=True)
class _Part:
    """One split as the network sees it: views (N, S, S, 3), class indices (N,), row numbers into the crop set."""

    views: Rgb
    truth: NDArray[np.int64]
    rows: NDArray[np.int64]


def publish(
    trained_at: Path | str,
    crops: Crops,
    out: Path | str,
    *,
    options: PublishOptions,
    replace: bool = False,
    say: Callable[[str], None] = print,
) -> ModelBundle:
    """Write the bundle folder `out` in one step: nothing is left behind when any part is refused.

    Temperature, thresholds and novelty are fitted on what the int8 file answers for the validation split, as that is
    what is served. Raises NotFit when int8 strays from float32, BadData when the crops are not those of the network.
    """
    if options.precision not in PRECISIONS:
        message = f"The precision is one of {', '.join(PRECISIONS)}, not {options.precision}."
        raise BadData(message)
    trained = open_trained(trained_at)
    parts = {split: _part(crops, split, trained) for split in ("train", "validation", "test")}
    check = parts["validation"]
    if not len(check.rows) or not len(parts["train"].rows):
        message = "Export needs training crops to calibrate on and validation crops to be judged on."
        raise BadData(message)
    with whole_folder(out, replace=replace) as folder, tempfile.TemporaryDirectory(prefix="publish.") as scratch:
        int8 = _write_networks(trained, crops, parts, folder, Path(scratch), options, say)
        kernel, bias = trained.head()
        with whole_file(folder / HEAD_FILE) as draft:
            Head(kernel, bias).save(draft)
        card: dict[str, Any] = {
            "name": options.name,
            "version": options.version,
            "backbone": trained.options.get("backbone", trained.model.name),
            "labels": list(trained.labels),
            "input": {
                "size_px": trained.size_px,
                "um_per_px": trained.um_per_px,
                "white_balance": trained.spec.white_balance,
            },
        }
        engine = OnnxEngine(seal(folder, card))
        answers = {
            split: answer(engine, part.views, label=f"{engine.file} on {split}")
            for split, part in parts.items()
            if len(part.rows)
        }
        card |= _fit_decisions(trained.labels, crops, parts, answers, folder, options)
        card |= {
            "training": _without_folders(trained.options),
            "data": _data_facts(crops, options),
            "int8": int8,
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        }
        card["metrics"] = _figures(card, crops, parts, answers, trained, folder)
        write_model_card(folder, card)
        seal(folder, card)
    say(f"{options.name} {options.version} is in {out}.")
    return ModelBundle.load(out)


def _part(crops: Crops, split: str, trained: Trained) -> _Part:
    rows = crops.where(split=split)
    unknown = sorted({crops.rows[i].label for i in rows} - set(trained.labels))
    if unknown:
        message = f"The crops hold the class {unknown[0]}, which the network does not know."
        raise BadData(message)
    truth = np.array([trained.labels.index(crops.rows[i].label) for i in rows], np.int64)
    return _Part(views=views_at(crops, rows, trained.spec), truth=truth, rows=rows)


def _write_networks(
    trained: Trained,
    crops: Crops,
    parts: dict[str, _Part],
    folder: Path,
    scratch: Path,
    options: PublishOptions,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Write `.keras` and the ONNX files asked for into the folder; gives how int8 was chosen, for the card."""
    raw = scratch / "trained.keras"
    trained.model.save(raw)
    store_half(raw, folder / KERAS_FILE)
    say("Writing ONNX from the weights as stored in half precision ...")
    # From the stored file, not from the network in memory: both shipped files then hold the same rounded weights.
    import keras

    onnx_path = write_onnx(keras.saving.load_model(folder / KERAS_FILE, compile=False), scratch / ONNX_FLOAT_FILE)
    if options.precision != "int8":
        shutil.copyfile(onnx_path, folder / ONNX_FLOAT_FILE)
    if options.precision == "float32":
        return {}
    train, check = parts["train"], parts["validation"]
    picked = spread(train.truth, options.calibration)
    judged = spread(check.truth, options.abroad)
    best, tried = best_int8(
        onnx_path,
        folder / ONNX_FILE,
        calibration=np.concatenate(
            [train.views[picked[::2]], shifted_views(crops, train.rows[picked[1::2]], trained)],
        ),
        home=Labelled(check.views, check.truth),
        abroad=Labelled(shifted_views(crops, check.rows[judged], trained), check.truth[judged]),
    )
    say(
        f"int8 of {best.plan} by {best.method}: {best.changed:.2%} of labels changed, accuracy {best.accuracy_float:.4f} to {best.accuracy_int8:.4f}."
    )
    return {**best.as_dict(), "tried": [item.as_dict() for item in tried]}


def spread(truth: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Up to `most` row numbers, the same number of every class as far as they go, evenly over each."""
    classes = np.unique(truth)
    each = max(1, most // max(1, len(classes)))
    picked = []
    for index in classes:
        members = np.flatnonzero(truth == index)
        picked.append(np.unique(members[np.linspace(0, len(members) - 1, min(each, len(members))).astype(int)]))
    return np.sort(np.concatenate(picked)).astype(np.int64)


def _fit_decisions(
    labels: Sequence[str],
    crops: Crops,
    parts: dict[str, _Part],
    answers: dict[str, tuple[Floats, Floats]],
    folder: Path,
    options: PublishOptions,
) -> dict[str, Any]:
    """Temperature, thresholds and novelty from the validation split; writes the novelty file."""
    logits, features = answers["validation"]
    truth, rows = parts["validation"].truth, parts["validation"].rows
    temperature = fit_temperature(logits, truth)
    train_truth = parts["train"].truth
    picked = spread(train_truth, options.novelty_cells)
    scorer = novelty.fit(answers["train"][1][picked], train_truth[picked])
    scorer.save(folder / NOVELTY_FILE)
    # The file keeps the directions in half precision, so the threshold is taken from what the file says.
    scores = novelty.NoveltyModel.load(folder / NOVELTY_FILE).score(features)
    at_home = scores[crops.of_main_source(rows)]
    threshold = novelty.choose_threshold(at_home, kept=options.known)
    known = scores <= threshold
    thresholds = choose_thresholds(
        softmax(logits, temperature)[known],
        truth[known],
        labels,
        goal=options.goal,
        groups=[crops.rows[i].group for i in rows[known]],
    )
    return {
        "temperature": temperature,
        "thresholds": thresholds,
        "novelty": {
            "threshold": threshold,
            "file": NOVELTY_FILE,
            "known": options.known,
            "camera_limit": novelty.choose_camera_limit(at_home),
            **({} if options.strict_score is None else {"strict_score": options.strict_score}),
        },
        "goal": options.goal,
    }


def _figures(
    card: dict[str, Any],
    crops: Crops,
    parts: dict[str, _Part],
    answers: dict[str, tuple[Floats, Floats]],
    trained: Trained,
    folder: Path,
) -> dict[str, Any]:
    """Figures of the shipped file on validation and test, over all and by source, with the plots of the test (or val)."""
    scorer = novelty.NoveltyModel.load(folder / NOVELTY_FILE)
    figures: dict[str, Any] = {}
    history = read_history(trained.path.with_name(LOG))
    # A test that lacks classes (a held-out set of four, say) would give plots that show half of the model.
    shown = "test" if set(parts["test"].truth) >= set(parts["validation"].truth) else "validation"
    for split in ("validation", "test"):
        if split not in answers:
            continue
        logits, features = answers[split]
        part = parts[split]
        known = scorer.score(features) <= card["novelty"]["threshold"]
        sources = np.array([crops.rows[i].source for i in part.rows])

        def table(
            chosen: NDArray[np.bool_], *, p: _Part = part, lo: Floats = logits, k: NDArray[np.bool_] = known
        ) -> Predictions:
            rows = [crops.rows[i] for i in p.rows[chosen]]
            return Predictions(
                labels=trained.labels,
                paths=tuple(row.path for row in rows),
                groups=tuple(row.group for row in rows),
                truth=p.truth[chosen],
                logits=lo[chosen],
                temperature=card["temperature"],
                thresholds=card["thresholds"],
                known=k[chosen],
            )

        everything = table(np.ones(len(sources), bool))
        figures[split] = describe_evaluation(measure(everything))
        if len(set(sources)) > 1:
            for source in sorted(set(sources)):
                figures[f"{split}, {source}"] = describe_evaluation(measure(table(sources == source)))
        if split == shown:
            with tempfile.TemporaryDirectory(prefix="figures.") as scratch:
                write_evaluation(everything, Path(scratch) / "e", images=part.views, history=history)
                for name in _PICTURES:
                    if (Path(scratch) / "e" / name).is_file():
                        shutil.copyfile(Path(scratch) / "e" / name, folder / name)
    return figures


def _without_folders(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a run as a card tells them: the file it started from by name, not by where it lay."""
    start = options.get("weights")
    return {**options, "weights": Path(start).name} if start else options


def _data_facts(crops: Crops, options: PublishOptions) -> dict[str, Any]:
    counts = Counter((row.split, row.source, row.label) for row in crops.rows)
    table: dict[str, dict[str, dict[str, int]]] = {}
    for (split, source, label), number in sorted(counts.items()):
        table.setdefault(split, {}).setdefault(source, {})[label] = number
    return {
        "description": options.data,
        "crops": table,
        "groups": {split: len({row.group for row in crops.rows if row.split == split}) for split in sorted(table)},
    }
