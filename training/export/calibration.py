"""What range each tensor of the network takes on real crops, measured once for every way of choosing an int8 scale."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.inference.types import Rgb
from training.errors import BadData
from training.progress import progress

#: Operators that run in int8; the classifier head stays float, it is a thousandth of the work.
OPERATORS = ("Conv", "Add", "Mul", "Relu", "Clip", "Sigmoid", "MaxPool", "AveragePool", "Concat")
BATCH = 16
_KEEP_PER_BATCH = 16_384

#: name -> percentile kept on each side (100 = the whole range seen).
METHODS: dict[str, float] = {
    "minmax": 100.0,
    "percentile-99.999": 99.999,
    "percentile-99.99": 99.99,
    "percentile-99.9": 99.9,
}


@dataclass(frozen=True)
class Ranges:
    """Samples of every tensor's values: exact extremes and a fixed-step sample, by tensor name."""

    low: dict[str, float]
    high: dict[str, float]
    samples: dict[str, NDArray[np.float32]]

    def by(self, method: str) -> dict[str, tuple[float, float]]:
        """(low, high) of each tensor by one of METHODS; zero always lies inside, as int8 needs it exact."""
        percentile = METHODS[method]
        if percentile >= 100.0:
            return {name: (min(self.low[name], 0.0), max(self.high[name], 0.0)) for name in self.low}
        ranges = {}
        for name, values in self.samples.items():
            low, high = np.percentile(values, [100.0 - percentile, percentile])
            ranges[name] = (
                min(max(float(low), self.low[name]), 0.0),
                max(min(float(high), self.high[name]), 0.0),
            )
        return ranges


def measure_ranges(model_path: Path | str, crops: Rgb, *, label: str = "calibrating int8") -> Ranges:
    """Run the float network on `crops` (N, S, S, 3) uint8 and gather what every tensor to be quantised holds.

    Raises BadData without crops. One pass serves every method, so trying another costs no inference.
    """
    import onnxruntime as ort

    if not len(crops):
        message = "int8 needs training crops to be calibrated on, and none were given."
        raise BadData(message)
    with tempfile.TemporaryDirectory(prefix="calibration.") as folder:
        path = Path(folder) / "all_outputs.onnx"
        names = _with_every_tensor(Path(model_path), path)
        options = ort.SessionOptions()
        # Fusions would remove the very tensors that are measured.
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 3
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    kept: dict[str, list[NDArray[np.float32]]] = {name: [] for name in names}
    batches = range(0, len(crops), BATCH)
    for start in progress(batches, label=label, unit="batch"):
        values = session.run(names, {"image": crops[start : start + BATCH]})
        for name, value in zip(names, values, strict=True):
            flat = value.ravel()
            low[name] = min(low.get(name, np.inf), float(flat.min()))
            high[name] = max(high.get(name, -np.inf), float(flat.max()))
            # A step without a common factor with the shape, so that no channel or column is always skipped.
            step = max(1, flat.size // _KEEP_PER_BATCH) | 1
            kept[name].append(flat[::step].copy())
    return Ranges(low, high, {name: np.concatenate(parts) for name, parts in kept.items()})


def quantised_tensors(model: Any) -> Iterator[str]:
    """Names of the tensors that the operators to be quantised read and write, weights left out, each once."""
    weights = {item.name for item in model.graph.initializer}
    seen: set[str] = set()
    for node in model.graph.node:
        if node.op_type not in OPERATORS:
            continue
        for name in (*node.input, *node.output):
            if name and name not in weights and name not in seen:
                seen.add(name)
                yield name


def _with_every_tensor(source: Path, target: Path) -> list[str]:
    import onnx

    model = onnx.load(str(source))
    inferred = onnx.shape_inference.infer_shapes(model)
    types = {
        info.name: info.type.tensor_type.elem_type
        for info in (*inferred.graph.value_info, *inferred.graph.input, *inferred.graph.output)
    }
    floats = [n for n in quantised_tensors(model) if types.get(n, onnx.TensorProto.FLOAT) == onnx.TensorProto.FLOAT]
    outputs = {output.name for output in model.graph.output}
    model.graph.output.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in floats if name not in outputs
    )
    onnx.save(model, str(target))
    return floats
