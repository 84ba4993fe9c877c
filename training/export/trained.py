"""A trained network as `fit` leaves it, opened for export: float32, on whatever backend runs here."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifier.inference.crops import CropSpec
from classifier.inference.labels import LABELS
from classifier.inference.types import Floats
from training.atomic import read_json
from training.errors import BadData, BadWeights

OPTIONS, WEIGHTS, LOG = "options.json", "best.weights.h5", "log.csv"


@dataclass(frozen=True)
class Trained:
    """A network and the options it was trained with (`fit.FitOptions` as a dictionary)."""

    model: Any
    options: dict[str, Any]
    path: Path

    @property
    def labels(self) -> tuple[str, ...]:
        """Classes in the order of the logits."""
        return tuple(self.options.get("labels") or LABELS)

    @property
    def size_px(self) -> int:
        """Side of the square input, px."""
        return int(self.model.input.shape[1])

    @property
    def um_per_px(self) -> float:
        """Scale of the input, um/px."""
        return float(self.options["um_per_px"])

    @property
    def spec(self) -> CropSpec:
        """How its crops are cut."""
        return CropSpec(self.size_px, self.um_per_px, white_balance=bool(self.options.get("white_balance", True)))

    def head(self) -> tuple[Floats, Floats]:
        """Kernel (F, C) and bias (C,) of the last linear layer, from which class activation maps are made."""
        weights = [np.asarray(item, np.float32) for item in self.model.layers[-1].get_weights()]
        if len(weights) != 2 or weights[0].ndim != 2:
            message = f"{self.path} does not end in one linear layer, so its cells could not be explained."
            raise BadWeights(message)
        return weights[0], weights[1]


def open_trained(location: Path | str) -> Trained:
    """Open a run folder of `fit` (its best weights), a `.weights.h5` file in one, or a `.keras` file.

    A `.keras` file takes options.json from its folder. Weights may have been saved under any Keras backend and in mixed
    precision. Raises BadWeights naming the file when it is missing or of another architecture.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    path = Path(location)
    path = path / WEIGHTS if path.is_dir() else path
    if not path.is_file():
        message = f"There are no weights at {path}."
        raise BadWeights(message)
    try:
        options = read_json(path.with_name(OPTIONS))
    except BadData as error:
        message = f"{path} cannot be exported without the options it was trained with: {error.sentence}"
        raise BadWeights(message) from error
    import keras

    from training import backbones

    keras.mixed_precision.set_dtype_policy("float32")
    if path.suffix == ".keras":
        return Trained(model=_load_keras(path), options=options, path=path)
    shape = {
        "classes": len(options["labels"]),
        "size_px": options["size_px"],
        "normalisation": options.get("normalisation", "batch"),
        "dropout": options.get("dropout", 0.0),
    }
    fused = _holds_fused(path)
    model = backbones.build_model(options["backbone"], fused=fused, **shape)
    backbones.load_weights(model, path)
    if fused:
        # The variables are the same in the same order; only the file names them after the class of the layer.
        plain = backbones.build_model(options["backbone"], **shape)
        plain.set_weights(model.get_weights())
        model = plain
    return Trained(model=model, options=options, path=path)


def _holds_fused(path: Path) -> bool:
    """Whether a weights file was saved from a network with the normalisation used where PyTorch runs the run."""
    import h5py  # type: ignore[import-untyped]  # it ships no types

    found: list[str] = []
    try:
        with h5py.File(path, "r") as weights:
            weights.visit(lambda name: found.append(name) if "fused_batch_normalization" in name else None)
    except OSError as error:
        message = f"{path} is no weights file."
        raise BadWeights(message) from error
    return bool(found)


def _load_keras(path: Path) -> Any:
    import keras

    try:
        return keras.saving.load_model(path, compile=False)
    except Exception as error:  # Keras raises many unrelated kinds here
        message = f"{path} cannot be loaded as a Keras model: {error}"
        raise BadWeights(message) from error
