"""A real, tiny model bundle with the shipped interface, made in milliseconds and without TensorFlow.

The network averages the image in blocks, takes a handful of colour ramps of each block, pools them and ends in a linear
head that was fitted on drawn cells: it tells them apart by colour, and means nothing on real ones.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from classifier.inference import bundle as bundles
from classifier.inference import novelty
from classifier.inference.labels import LABELS

SIZE_PX = 48
UM_PER_PX = 0.35
_BLOCK = 4


def tiny_bundle(
    path: Path,
    *,
    version: str = "0.0.1",
    size_px: int = SIZE_PX,
    um_per_px: float = UM_PER_PX,
    batch: int | None = None,
    card: dict[str, Any] | None = None,
) -> Path:
    """Write a bundle into the folder `path` (made if absent) and return it. `batch` fixes the batch size of the ONNX file.

    Equal arguments give equal bytes, so checksums can be compared. `card` overrides entries of the card.
    """
    path.mkdir(parents=True, exist_ok=True)
    ramps, ramp_bias = _colour_ramps()
    kernel, bias = _head()
    (path / bundles.ONNX_FILE).write_bytes(_network(size_px, batch, ramps, ramp_bias, kernel, bias))
    np.savez(path / bundles.HEAD_FILE, kernel=kernel, bias=bias)
    novelty.fit(_stand_in_features(ramps.shape[0]), np.arange(64) % len(LABELS), components=4).save(
        path / bundles.NOVELTY_FILE
    )
    (path / "MODEL_CARD.md").write_text("# Tiny test model\n\nDraws conclusions from colour alone. For tests.\n")
    bundles.seal(
        path,
        {
            "name": "tiny",
            "version": version,
            "backbone": "cnn",
            "labels": list(LABELS),
            "input": {"size_px": size_px, "um_per_px": um_per_px},
            "temperature": 1.0,
            "thresholds": dict.fromkeys(LABELS, 0.2),
            "novelty": {"threshold": 1e6, "file": bundles.NOVELTY_FILE},
            "data": {},
            "metrics": {},
            "created": "2026-01-01T00:00:00Z",
            **(card or {}),
        },
    )
    return path


def _colour_ramps() -> tuple[np.ndarray, np.ndarray]:
    """(F, 3) weights and (F,) biases of ReLU ramps over mean block colour in 0..1."""
    directions = {
        "black nucleus": ((0.0, -4.0, 0.0), 0.8),
        "dark nucleus": ((0.0, -4.0, 0.0), 1.6),
        "nucleus": ((0.0, -4.0, 0.0), 2.4),
        "anything stained": ((0.0, -4.0, 0.0), 3.2),
        "blue cytoplasm": ((-3.0, 0.0, 3.0), -0.2),
        "dark blue": ((-4.0, 0.0, 0.0), 1.6),
        "orange granules": ((3.0, 0.0, -3.0), -0.2),
        "red": ((3.0, -3.0, 0.0), -0.6),
        "purple": ((1.5, -3.0, 1.5), -0.3),
        "deep purple": ((1.5, -3.0, 1.5), -0.8),
        "pale": ((1.0, 1.0, 1.0), -2.3),
        "grey": ((-1.0, 2.0, -1.0), 0.4),
    }
    weights = np.array([w for w, _ in directions.values()], np.float32)
    return weights, np.array([b for _, b in directions.values()], np.float32)


def _head() -> tuple[np.ndarray, np.ndarray]:
    """(F, 8) kernel and (8,) bias of the linear head, once fitted on drawn cells (480 of them, logistic regression)."""
    kernel = [
        (-9.0, -3.2, -70.0, 10.0, 0.8, 58.7, 26.6, -13.8),
        (12.7, -6.0, -15.4, 17.1, 10.0, -2.5, -6.1, -10.0),
        (-4.9, -2.4, 9.3, 1.4, -1.2, 1.1, 6.2, -9.4),
        (-5.3, 0.3, 5.7, -3.1, -3.7, 5.2, 6.0, -5.1),
        (-25.5, -6.7, 22.4, 25.3, 40.0, -9.2, -29.3, -16.9),
        (6.8, -5.0, 35.4, 15.3, -6.2, -34.0, -2.3, -9.9),
        (-27.5, 39.2, 9.2, 12.4, -13.0, -16.8, -13.7, 10.3),
        (-23.6, 45.7, -4.0, 0.8, -0.5, -6.9, -12.6, 1.0),
        (17.8, 2.2, 26.4, -1.7, -20.6, 27.9, -22.0, -30.0),
        (-18.5, -13.5, -101.8, 98.6, -11.6, 70.5, 108.3, -132.1),
        (13.4, -8.7, 15.5, 19.4, -31.7, -13.7, 1.2, 4.6),
        (-50.3, -9.5, -7.5, 40.1, 2.6, -38.4, 34.2, 28.9),
    ]
    bias = (16.3, 6.0, -9.4, -19.4, 7.2, 7.5, -6.5, -1.6)
    return np.array(kernel, np.float32), np.array(bias, np.float32)


def _stand_in_features(features: int) -> np.ndarray:
    return np.random.default_rng(1).gamma(2.0, 0.2, (64, features)).astype(np.float32)


def _network(
    size_px: int,
    batch: int | None,
    ramps: np.ndarray,
    ramp_bias: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray,
) -> bytes:
    features, blocks, count = len(ramps), size_px // _BLOCK, batch or "N"
    constants = {
        "scale": np.array(255.0, np.float32),
        "ramps": ramps.reshape(features, 3, 1, 1),
        "ramp_bias": ramp_bias,
        "kernel": kernel,
        "bias": bias,
        "space": np.array([1, 2], np.int64),
    }
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["float", "scale"], ["unit"]),
        helper.make_node("Transpose", ["unit"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("AveragePool", ["planes"], ["blocks"], kernel_shape=[_BLOCK] * 2, strides=[_BLOCK] * 2),
        helper.make_node("Conv", ["blocks", "ramps", "ramp_bias"], ["ramped"]),
        helper.make_node("Relu", ["ramped"], ["maps"]),
        helper.make_node("Transpose", ["maps"], ["features_map"], perm=[0, 2, 3, 1]),
        helper.make_node("ReduceMean", ["features_map", "space"], ["pooled"], keepdims=0),
        helper.make_node("Gemm", ["pooled", "kernel", "bias"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, [count, size_px, size_px, 3])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, [count, len(LABELS)]),
            helper.make_tensor_value_info("features_map", TensorProto.FLOAT, [count, blocks, blocks, features]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
