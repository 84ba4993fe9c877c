"""Keras to ONNX float32: uint8 images in, logits and the last feature map out, BatchNorm folded into convolutions."""

import os
from pathlib import Path
from typing import Any

from training.atomic import whole_file
from training.errors import BadWeights

OPSET = 17


def with_feature_map(model: Any) -> Any:
    """The model answering ``{"logits": (N, C), "features_map": (N, h, w, F)}``.

    The feature map is what the last global pooling of the outer model takes. Raises BadWeights without such a layer.
    """
    import keras

    if isinstance(model.output, dict) and {"logits", "features_map"} <= model.output.keys():
        return model
    pooling = [layer for layer in model.layers if isinstance(layer, keras.layers.GlobalAveragePooling2D)]
    if not pooling:
        message = f"The model {model.name} has no global average pooling, so its feature map cannot be found."
        raise BadWeights(message)
    return keras.Model(model.input, {"logits": model.output, "features_map": pooling[-1].input})


def write_onnx(model: Any, target: Path | str) -> Path:
    """Write `model` as ONNX float32: input “image” (N, S, S, 3) uint8, any N; outputs “logits” and “features_map”.

    Pre-processing is part of the model and so of the file. The graph is optimised (constants folded, BatchNorm folded
    into the convolution before it), as the quantisation that follows needs. Runs on the TensorFlow backend only.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    if keras.backend.backend() != "tensorflow":
        message = f"ONNX is written through TensorFlow; run this step with KERAS_BACKEND=tensorflow, not {keras.backend.backend()}."
        raise BadWeights(message)
    import numpy as np
    import tensorflow as tf
    import tf2onnx

    serving = with_feature_map(model)
    size = tuple(serving.inputs[0].shape[1:])
    if len(size) != 3 or size[-1] != 3 or None in size:
        message = f"The model {model.name} takes {size} and not square RGB images of one size."
        raise BadWeights(message)
    signature = [tf.TensorSpec((None, *size), tf.uint8, name="image")]
    dtype = serving.inputs[0].dtype

    @tf.function(input_signature=signature)
    def serve(image: Any) -> dict[str, Any]:
        outputs = serving(image if dtype == "uint8" else tf.cast(image, dtype), training=False)
        return {name: tf.identity(tf.cast(value, tf.float32), name=name) for name, value in outputs.items()}

    serving(np.zeros((1, *size), "uint8"), training=False)
    proto, _ = tf2onnx.convert.from_function(serve, input_signature=signature, opset=OPSET)
    _hold_constants(proto, serve.get_concrete_function().graph.captures)
    _name_outputs(proto)
    with whole_file(target) as draft:
        raw = draft.with_name(f"{draft.stem}.raw.onnx")
        try:
            raw.write_bytes(proto.SerializeToString())
            _optimise(raw, draft)
        finally:
            raw.unlink(missing_ok=True)
    return Path(target)


def _hold_constants(proto: Any, captures: Any) -> None:
    """Turn constants the converter left as inputs (means a Normalization layer keeps as tensors) into initialisers."""
    from onnx import numpy_helper

    known = {inside.name: outside for outside, inside in captures}
    for value in [i for i in proto.graph.input if i.name in known and i.name != "image"]:
        proto.graph.input.remove(value)
        proto.graph.initializer.append(numpy_helper.from_array(known[value.name].numpy(), value.name))


def _name_outputs(proto: Any) -> None:
    """Verify the interface, whatever names the converter made up on the way."""
    names = {output.name for output in proto.graph.output}
    if names != {"logits", "features_map"} or [i.name for i in proto.graph.input] != ["image"]:
        message = f"The converter gave outputs {sorted(names)} where logits and features_map were asked for."
        raise BadWeights(message)


def _optimise(source: Path, target: Path) -> None:
    """Let ONNX Runtime fold what does not depend on the hardware (its basic level), then infer every shape."""
    import onnx
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(target)
    options.log_severity_level = 3
    ort.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])
    onnx.save(onnx.shape_inference.infer_shapes(onnx.load(str(target))), str(target))
