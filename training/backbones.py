"""The networks on offer, one table: input size, own pre-processing, where the last convolution is, phases.

Every model takes uint8 or float RGB in 0-255, ``(B, size, size, 3)``, does its own pre-processing inside, and ends in
global average pooling, dropout and one linear layer. A linear head keeps the class activation map exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
from keras import layers

from training.errors import BadWeights
from training.fused_normalisation import FusedBatchNormalization

#: Per-channel means of ImageNet in RGB order, as the original ResNet weights expect them subtracted.
_IMAGENET_MEANS = (123.68, 116.779, 103.939)
FEATURE_MAP = "feature_map"
HEAD = "head"


def _signed_unit() -> layers.Layer:
    return layers.Rescaling(1 / 127.5, offset=-1.0, name="preprocess")


def _centred() -> layers.Layer:
    return layers.Normalization(mean=_IMAGENET_MEANS, variance=(1.0, 1.0, 1.0), name="preprocess")


@dataclass(frozen=True)
class Backbone:
    """One row of the table. ``preprocess`` builds the first layer, or is None when the network rescales by itself."""

    name: str
    build: Callable[..., keras.Model]
    input_px: int
    preprocess: Callable[[], layers.Layer] | None
    #: Layers before this prefix stay frozen in the second phase unless all are asked for.
    unfreeze_from: str
    #: The released weights were trained on BGR images; their first convolution is turned round when loaded.
    released_bgr: bool = False


def _plain_cnn(*, include_top: bool, weights: str | None, input_shape: tuple[int, int, int]) -> keras.Model:
    """A plain convolutional network: five stages of convolution, batch normalisation, ReLU and pooling."""
    if weights == "imagenet":
        raise BadWeights("The plain cnn has no released weights. Start it from random weights or from a .keras file.")
    del include_top
    inputs = x = keras.Input(input_shape)
    for stage, width in enumerate((32, 64, 128, 192, 256), start=1):
        x = layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"stage{stage}_conv")(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"stage{stage}_bn")(x)
        x = layers.ReLU(name=f"stage{stage}_relu")(x)
        if stage < 5 and x.shape[1] >= 4:
            x = layers.MaxPooling2D(2, name=f"stage{stage}_pool")(x)
    return keras.Model(inputs, x, name="cnn")


BACKBONES: dict[str, Backbone] = {
    backbone.name: backbone
    for backbone in (
        Backbone("resnet50", keras.applications.ResNet50, 224, _centred, "conv5_block1", released_bgr=True),
        Backbone("inceptionv3", keras.applications.InceptionV3, 299, _signed_unit, "mixed7"),
        Backbone("efficientnetb0", keras.applications.EfficientNetB0, 224, None, "block6a"),
        Backbone("mobilenetv2", keras.applications.MobileNetV2, 224, _signed_unit, "block_13"),
        Backbone("cnn", _plain_cnn, 224, _signed_unit, "stage4"),
    )
}


def build_model(
    name: str,
    *,
    classes: int,
    size_px: int | None = None,
    weights: str | None = None,
    normalisation: str = "batch",
    dropout: float = 0.3,
    fused: bool = False,
) -> keras.Model:
    """Build one network of the table.

    ``weights`` is None (random), "imagenet" (downloaded by Keras) or the path of a ``.keras`` file of the same
    architecture; ``normalisation`` is "batch", "frozen" (batch statistics never updated) or "group"; ``fused`` is for
    training only and changes no weights. Raises BadWeights naming the file when weights do not fit, and for an unknown
    name or normalisation.
    """
    if name not in BACKBONES:
        raise BadWeights(f"There is no network called {name}. Known: {', '.join(BACKBONES)}.")
    if normalisation not in {"batch", "frozen", "group"}:
        raise BadWeights(f"Normalisation is batch, frozen or group, not {normalisation}.")
    row = BACKBONES[name]
    size = size_px or row.input_px
    released = "imagenet" if weights == "imagenet" else None
    base = row.build(include_top=False, weights=released, input_shape=(size, size, 3))
    if released and row.released_bgr:
        _turn_first_convolution(base)
    if normalisation == "group":
        base = _swap_normalisation(base, lambda layer: layers.GroupNormalization(groups=8, name=layer.name))
    elif fused:
        base = _swap_normalisation(base, lambda layer: FusedBatchNormalization.from_config(layer.get_config()))
    inputs = keras.Input((size, size, 3), name="image")
    x = row.preprocess()(inputs) if row.preprocess else inputs
    # Named through an identity layer, so that export finds the map whatever the network calls its last convolution.
    x = layers.Identity(name=FEATURE_MAP)(base(x))
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    outputs = layers.Dense(classes, dtype="float32", name=HEAD)(x)
    model = keras.Model(inputs, outputs, name=name)
    if normalisation == "frozen":
        freeze_normalisation(model)
    if weights and not released:
        load_weights(model, weights)
    return model


def load_weights(model: keras.Model, path: str | Path) -> None:
    """Load a ``.keras`` or ``.weights.h5`` file of the same architecture. Raises BadWeights naming the file."""
    try:
        if Path(path).suffix == ".keras":
            model.set_weights(keras.saving.load_model(path, compile=False).get_weights())
        else:
            model.load_weights(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadWeights(f"{path} does not hold weights of this {model.name}: {error}") from error


def base_of(model: keras.Model) -> keras.Model:
    """The convolutional part of a model made by ``build_model``."""
    return next(layer for layer in model.layers if isinstance(layer, keras.Model))


def freeze_base(model: keras.Model) -> None:
    """Phase 1: only the head learns."""
    base_of(model).trainable = False


def unfreeze(model: keras.Model, *, from_layer: str | None = None) -> None:
    """Phase 2: everything learns, or the layers from the first whose name starts with ``from_layer`` onwards."""
    base = base_of(model)
    base.trainable = True
    if from_layer is None:
        return
    reached = False
    for layer in base.layers:
        reached = reached or layer.name.startswith(from_layer)
        layer.trainable = reached
    if not reached:
        raise BadWeights(f"{model.name} has no layer whose name starts with {from_layer}.")


def freeze_normalisation(model: keras.Model) -> None:
    """Keep every batch normalisation at its stored statistics, in training too."""
    for layer in base_of(model).layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False


def _turn_first_convolution(base: keras.Model) -> None:
    first = next(layer for layer in base.layers if isinstance(layer, layers.Conv2D))
    kernel, *bias = first.get_weights()
    first.set_weights([kernel[:, :, ::-1, :], *bias])


def _swap_normalisation(base: keras.Model, build: Callable[[layers.BatchNormalization], layers.Layer]) -> keras.Model:
    """A copy of ``base`` with every batch normalisation rebuilt; weights of all layers of unchanged shape are kept."""

    def swap(layer: layers.Layer) -> layers.Layer:
        if isinstance(layer, layers.BatchNormalization):
            return build(layer)
        return layer.__class__.from_config(layer.get_config())

    def call(layer: layers.Layer, *args: Any, **kwargs: Any) -> Any:
        # A clone repeats every call as it was recorded, and batch normalisation was called with a mask.
        if isinstance(layer, layers.GroupNormalization):
            return layer(*args)
        return layer(*args, **kwargs)

    swapped = keras.models.clone_model(base, clone_function=swap, call_function=call)
    for layer, copy in zip(base.layers, swapped.layers, strict=True):
        if [w.shape for w in layer.weights] == [w.shape for w in copy.weights]:
            copy.set_weights(layer.get_weights())
    return swapped
