"""One training run: phases, epochs, validation, checkpoints that a killed run goes on from.

A run folder holds ``options.json`` (what was asked for), ``log.csv`` (one line an epoch), ``state.npz`` (everything
needed to go on, replaced whole after each epoch) and ``best.weights.h5`` (the weights of the best epoch).
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from training.atomic import whole_file, write_json
from training.augment import Strength, plain_view
from training.backbones import build_model, freeze_base, freeze_normalisation, unfreeze
from training.crop_set import PATCH, Crops
from training.errors import BadData, BadWeights
from training.fit_options import FitOptions, Phase
from training.outsiders import SMALL_CELLS
from training.progress import progress
from training.sampling import Batches, balance_patch, palettes_of, sampling_weights
from training.schedule import Progress, warm_cosine
from training.stains import Palette

_FEWEST_A_CLASS = 20


@dataclass
class _Data:
    train: np.ndarray
    train_labels: np.ndarray
    train_weights: np.ndarray
    train_palettes: list[Palette | None]
    check: np.ndarray
    check_labels: np.ndarray
    check_sources: np.ndarray


def load_data(crops: Crops, options: FitOptions) -> _Data:
    """Training and validation patches in memory, white-balanced when asked for.

    A source that is not trained on is checked whole: that is leave-one-set-out, reported apart and never chosen by.
    Raises BadData for an empty split, fewer than two classes, or fewer than 20 training images in a class.
    """
    sources = tuple(options.sources) if options.sources else None
    train, check = crops.where(split="train", sources=sources), crops.where(split="validation")
    if sources:
        strangers = sorted({row.source for row in crops.rows} - set(sources))
        check = np.concatenate([check, crops.where(split="train", sources=strangers)])
    if not len(train) or not len(check):
        raise BadData("The crop set needs both a train and a validation split; prepare makes them.")
    glass = crops.glass()
    number = {label: i for i, label in enumerate(options.labels)}
    unknown = {crops.rows[i].label for i in (*train, *check)} - set(number)
    if unknown:
        raise BadData(f"Unknown classes in the crop set: {', '.join(sorted(unknown))}.")
    labels = np.array([number[row.label] for row in crops.rows])
    counts = np.bincount(labels[train], minlength=len(number))
    if np.count_nonzero(counts) < 2:
        raise BadData("There is one class only; a classifier needs at least two.")
    few = [label for label, count in zip(options.labels, counts, strict=True) if 0 < count < _FEWEST_A_CLASS]
    if few:
        raise BadData(f"Fewer than {_FEWEST_A_CLASS} training images of {', '.join(few)}.")

    def load(where: np.ndarray) -> np.ndarray:
        loaded = np.empty((len(where), *crops.patches.shape[1:]), np.uint8)
        for at, i in enumerate(progress(where, label="Loading", total=len(where))):
            loaded[at] = balance_patch(crops.patches[i], glass[i]) if options.white_balance else crops.patches[i]
        return loaded

    weights = sampling_weights(
        [crops.rows[i] for i in train], class_power=options.class_power, source_shares=options.sources
    )
    patches = load(train)
    return _Data(
        train=patches,
        train_labels=labels[train],
        train_weights=weights,
        train_palettes=palettes_of(patches, [crops.rows[i].source for i in train]),
        check=load(check),
        check_labels=labels[check],
        check_sources=np.array([crops.rows[i].source for i in check]),
    )


def fit(
    crops: Crops,
    options: FitOptions,
    *,
    out: Path,
    on_epoch: Callable[[dict[str, float]], None] = lambda _line: None,
) -> Path:
    """Train one model into the run folder ``out`` and return ``best.weights.h5``.

    A folder with a checkpoint of the same options is gone on with; other options there raise BadData. ``on_epoch`` gets
    every line of the log.
    """
    _start(out, options)
    keras.utils.set_random_seed(options.seed)
    keras.mixed_precision.set_dtype_policy(options.precision)
    data = load_data(crops, options)
    core = build_model(
        options.backbone,
        classes=len(options.labels),
        size_px=options.size_px,
        weights=options.weights,
        normalisation=options.normalisation,
        dropout=options.dropout,
        fused=keras.backend.backend() == "torch",
    )
    run = _Run(core, data, options, out)
    run.resume()
    run.train(on_epoch)
    return out / "best.weights.h5"


def _start(out: Path, options: FitOptions) -> None:
    wanted = json.loads(json.dumps(asdict(options)))
    written = out / "options.json"
    if written.exists():
        if json.loads(written.read_text(encoding="utf-8")) != wanted:
            raise BadData(f"{out} holds a run with other options. Name another folder, or remove it to start afresh.")
        return
    out.mkdir(parents=True, exist_ok=True)
    write_json(written, wanted)


class _Run:
    """The state of a run and the loop over it."""

    def __init__(self, core: keras.Model, data: _Data, options: FitOptions, out: Path) -> None:
        self.core, self.data, self.options, self.out = core, data, options, out
        self.zoom_out = options.um_per_px / PATCH.um_per_px
        self.steps = options.steps or max(1, len(data.train) // options.batch)
        self.batches = Batches(
            data.train,
            data.train_labels,
            weights=data.train_weights,
            batch=options.batch,
            steps=self.steps,
            classes=len(options.labels),
            seed=options.seed,
            strength=Strength().scaled(options.augmentation),
            size=options.size_px,
            zoom_out=self.zoom_out,
            um_per_px=options.um_per_px,
            palettes=data.train_palettes,
            outsiders=options.outsiders,
            small=[label in SMALL_CELLS for label in options.labels],
            workers=options.workers,
        )
        self.views = np.stack([plain_view(p, size=options.size_px, zoom_out=self.zoom_out) for p in data.check])
        self.phase = self.epoch = 0
        self.progress = Progress()

    def resume(self) -> None:
        path = self.out / "state.npz"
        self._enter(0)
        if not path.exists():
            return
        with np.load(path, allow_pickle=False) as state:
            kept = json.loads(str(state["meta"]))
            self.epoch, self.progress = kept["epoch"], Progress(**kept["progress"])
            self._enter(kept["phase"])
            variables = self._variables()
            if len(variables) != kept["variables"]:
                raise BadWeights(f"{path} is of another network.")
            for i, variable in enumerate(variables):
                variable.assign(state[f"v{i}"])

    def _variables(self) -> list[keras.Variable]:
        metrics = {id(v) for m in self.core.metrics for v in m.variables}
        return [v for v in self.core.variables if id(v) not in metrics] + list(self.core.optimizer.variables)

    def _enter(self, number: int) -> None:
        """Set up a phase: what is trainable, a fresh optimizer."""
        self.phase = number
        phase, options = self.options.phases[number], self.options
        if phase.train == "head":
            freeze_base(self.core)
        else:
            unfreeze(self.core, from_layer=None if phase.train == "all" else phase.train)
        if options.normalisation == "frozen":
            freeze_normalisation(self.core)
        if options.optimizer == "adamw":
            optimizer = keras.optimizers.AdamW(phase.rate, weight_decay=options.weight_decay, global_clipnorm=1.0)
            optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        elif options.optimizer == "adam":
            optimizer = keras.optimizers.Adam(phase.rate)
        elif options.optimizer == "sgd":
            optimizer = keras.optimizers.SGD(phase.rate, momentum=0.9, nesterov=True)
        else:
            raise BadData(f"Optimizers are adamw, adam and sgd, not {options.optimizer}.")
        self.core.compile(
            optimizer=optimizer,
            loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=options.label_smoothing),
            metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        )
        optimizer.build(self.core.trainable_variables)

    def train(self, on_epoch: Callable[[dict[str, float]], None]) -> None:
        starts = np.cumsum([0, *(phase.epochs for phase in self.options.phases)])
        while self.epoch < starts[-1] and not self.progress.exhausted(self.options.patience):
            phase = int(np.searchsorted(starts, self.epoch, side="right")) - 1
            if phase != self.phase:
                self._enter(phase)
            line = self._one_epoch(self.epoch - int(starts[phase]), self.options.phases[phase])
            self._log(line)
            on_epoch(line)

    def _one_epoch(self, within: int, phase: Phase) -> dict[str, float]:
        began = time.monotonic()
        self.batches.epoch = self.epoch
        rate = _RateByStep(self, within, phase)
        self.core.fit(self.batches, epochs=1, verbose=2, shuffle=False, callbacks=[rate])
        history = {name: float(values[-1]) for name, values in self.core.history.history.items()}
        check = self.check()
        line = {"epoch": self.epoch, "phase": self.phase, "rate": rate.last, **history, **check}
        improved = self.progress.record(self.epoch, check["val_loss"], reduce_after=self.options.reduce_after)
        self.epoch += 1
        if improved:
            # Keras insists on the double ending, which a draft by whole_file would not keep.
            draft = self.out / "draft.weights.h5"
            self.core.save_weights(draft)
            draft.replace(self.out / "best.weights.h5")
        self._save()
        line["seconds"] = time.monotonic() - began
        return line

    def check(self) -> dict[str, float]:
        """Validation loss and accuracy, over all and by source, on un-augmented views."""
        logits = self.core.predict(self.views, batch_size=self.options.batch, verbose=0)
        logits = np.asarray(logits, np.float64)
        logits -= logits.max(axis=1, keepdims=True)
        log_likelihood = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        truth = self.data.check_labels
        right = logits.argmax(axis=1) == truth
        home = np.isin(self.data.check_sources, list(self.options.sources or set(self.data.check_sources)))
        found = {
            "val_loss": float(-log_likelihood[np.arange(len(truth)), truth][home].mean()),
            "val_accuracy": float(right[home].mean()),
        }
        for source in sorted(set(self.data.check_sources)):
            found[f"val_accuracy_{source}"] = float(right[self.data.check_sources == source].mean())
        return found

    def _save(self) -> None:
        variables = self._variables()
        meta = {
            "epoch": self.epoch,
            "phase": self.phase,
            "progress": asdict(self.progress),
            "variables": len(variables),
        }
        arrays = {f"v{i}": keras.ops.convert_to_numpy(v.value) for i, v in enumerate(variables)}
        with whole_file(self.out / "state.npz") as draft, draft.open("wb") as stream:
            np.savez(stream, meta=json.dumps(meta), **arrays)

    def _log(self, line: dict[str, float]) -> None:
        path = self.out / "log.csv"
        kept = []
        if path.exists():
            with path.open(newline="", encoding="utf-8") as stream:
                kept = [row for row in csv.DictReader(stream) if int(float(row["epoch"])) < line["epoch"]]
        with whole_file(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(line))
            writer.writeheader()
            writer.writerows([*kept, line])


class _RateByStep(keras.callbacks.Callback):
    """Sets the learning rate before every batch from the step number alone, so that a resumed run agrees."""

    def __init__(self, run: _Run, within: int, phase: Phase) -> None:
        super().__init__()
        self.run, self.phase = run, phase
        self.first, self.total = within * run.steps, phase.epochs * run.steps
        self.last = phase.rate

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        rate = self.phase.rate
        if self.run.options.schedule == "cosine":
            warm_up = min(self.total // 10, 5 * self.run.steps)
            rate = warm_cosine(self.first + batch, steps=self.total, rate=rate, warm_up=warm_up)
        self.last = rate * self.run.progress.factor
        self.model.optimizer.learning_rate = self.last
