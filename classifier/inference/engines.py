"""What runs the network. One small protocol, two engines: ONNX Runtime (CPU default) and TensorFlow/Keras."""

import os
from collections.abc import Callable
from typing import Any, Literal, Protocol

import numpy as np

from classifier.inference.bundle import KERAS_FILE, ONNX_FILE, ONNX_FLOAT_FILE, ModelBundle
from classifier.inference.errors import EngineUnavailable
from classifier.inference.head import Head, SeparateHead
from classifier.inference.types import Floats, Outputs, Rgb

EngineKind = Literal["onnx", "tensorflow"]
BATCH_SIZE = 16


class Engine(Protocol):
    """Runs the network on uint8 crops. Every call uses one of two fixed shapes: one image or `batch_size`."""

    name: str
    batch_size: int

    def run(self, batch: Rgb) -> Outputs:
        """Logits and feature maps of (N, S, S, 3) uint8 RGB crops, any N including 0, in order."""
        ...


def available_threads() -> int:
    """Threads an engine uses unless told: HEMATOVISION_THREADS, else the cores this process may run on."""
    asked = os.environ.get("HEMATOVISION_THREADS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def load_engine(
    bundle: ModelBundle, kind: str = "onnx", *, threads: int | None = None, batch_size: int = BATCH_SIZE
) -> Engine:
    """The engine called `kind` ("onnx" or "tensorflow") for a verified bundle: its network with its head.

    Raises as `load_network` and `with_head`.
    """
    return with_head(load_network(bundle, kind, threads=threads, batch_size=batch_size), bundle)


def with_head(network: Engine, bundle: ModelBundle) -> Engine:
    """The engine of a bundle on its network, which variants share; raises BundleAltered when its head cannot be used.

    Where the card says that the head is separate, logits are those of head.npz.
    """
    return SeparateHead(network, Head.load(bundle)) if bundle.head_is_separate else network


def load_network(
    bundle: ModelBundle, kind: str = "onnx", *, threads: int | None = None, batch_size: int = BATCH_SIZE
) -> Engine:
    """The network of a bundle as its file has it, run by the engine called `kind` ("onnx" or "tensorflow").

    Raises EngineUnavailable when the library or the file is not there, or the file has another interface.
    """
    engines: dict[str, Callable[..., Engine]] = {"onnx": OnnxEngine, "tensorflow": KerasEngine}
    if kind in engines:
        return engines[kind](bundle, threads=threads, batch_size=batch_size)
    message = f"There is no engine called “{kind}”. The engines are onnx and tensorflow."
    raise EngineUnavailable(message)


class OnnxEngine:
    """ONNX Runtime on the CPU: the int8 file when the bundle has one, else the float one."""

    name = "onnx"

    def __init__(
        self,
        bundle: ModelBundle,
        *,
        threads: int | None = None,
        batch_size: int = BATCH_SIZE,
        file: str | None = None,
    ) -> None:
        """Open `file`, or the best ONNX file of the bundle, with `threads` threads for one operation."""
        try:
            import onnxruntime as ort
        except ImportError as error:
            message = "ONNX Runtime is not installed, so the onnx engine cannot run."
            raise EngineUnavailable(message) from error
        self.file = file or (ONNX_FILE if bundle.has(ONNX_FILE) else ONNX_FLOAT_FILE)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads or available_threads()
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Idle threads that spin would steal the cores from the web process on a small machine.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = ort.InferenceSession(
                str(bundle.path(self.file)), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library raises a family of classes of its own, unrelated to each other
            if isinstance(error, EngineUnavailable) or not type(error).__module__.startswith("onnxruntime"):
                raise
            message = f"ONNX Runtime cannot open {self.file}: {error}"
            raise EngineUnavailable(message) from error
        self.size_px, self.classes = bundle.size_px, len(bundle.labels)
        fixed = self._check_interface()
        self.batch_size = fixed or batch_size
        self._single = fixed is None

    def _check_interface(self) -> int | None:
        """Verify names and shapes; return the file's own batch size, or None when it takes any."""
        inputs, outputs = self._session.get_inputs(), {o.name: o for o in self._session.get_outputs()}
        shape = list(inputs[0].shape) if inputs else []
        wanted = f"uint8 input “image” (N, {self.size_px}, {self.size_px}, 3), outputs “logits” and “features_map”"
        if (
            len(inputs) != 1
            or inputs[0].name != "image"
            or inputs[0].type != "tensor(uint8)"
            or len(shape) != 4
            or any(got != want for got, want in zip(shape[1:], (self.size_px, self.size_px, 3), strict=True))
            or not {"logits", "features_map"} <= outputs.keys()
            or outputs["logits"].shape[-1] not in {self.classes, None}
        ):
            message = f"The model file {self.file} has another interface than {wanted}."
            raise EngineUnavailable(message)
        return shape[0] if isinstance(shape[0], int) else None

    def run(self, batch: Rgb) -> Outputs:
        """See Engine.run."""
        return run_in_fixed_shapes(self._call, batch, self.batch_size, single=self._single)

    def _call(self, batch: Rgb) -> tuple[Floats, Floats]:
        logits, feature_map = self._session.run(["logits", "features_map"], {"image": batch})
        return np.asarray(logits, np.float32), np.asarray(feature_map, np.float32)


class KerasEngine:
    """TensorFlow through Keras, GPU or CPU. TensorFlow is imported here and nowhere else in the package."""

    name = "tensorflow"

    def __init__(self, bundle: ModelBundle, *, threads: int | None = None, batch_size: int = BATCH_SIZE) -> None:
        """Load model.keras and compile it for the two fixed shapes (the tracing happens at the first call of each)."""
        os.environ.setdefault("KERAS_BACKEND", "tensorflow")
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        try:
            import keras
            import tensorflow as tf
        except ImportError as error:
            message = "TensorFlow is not installed, so the tensorflow engine cannot run."
            raise EngineUnavailable(message) from error
        if keras.backend.backend() != "tensorflow":
            message = (
                f"Keras runs on {keras.backend.backend()} here; the tensorflow engine needs KERAS_BACKEND=tensorflow."
            )
            raise EngineUnavailable(message)
        if threads:
            try:
                tf.config.threading.set_intra_op_parallelism_threads(threads)
            except RuntimeError as error:
                message = "TensorFlow is already running in this process, so its thread count cannot be set any more."
                raise EngineUnavailable(message) from error
        self.batch_size, self.size_px = batch_size, bundle.size_px
        model = _with_two_outputs(keras, keras.models.load_model(bundle.path(KERAS_FILE), compile=False))

        takes = model.inputs[0].dtype

        def call(batch: Any) -> tuple[Any, Any]:
            logits, feature_map = model(tf.cast(batch, takes), training=False)
            return tf.cast(logits, tf.float32), tf.cast(feature_map, tf.float32)

        self._function = tf.function(call, reduce_retracing=False)
        self._as_tensor = tf.constant

    def run(self, batch: Rgb) -> Outputs:
        """See Engine.run."""
        return run_in_fixed_shapes(self._call, batch, self.batch_size, single=True)

    def _call(self, batch: Rgb) -> tuple[Floats, Floats]:
        logits, feature_map = self._function(self._as_tensor(batch))
        return logits.numpy(), feature_map.numpy()


def _with_two_outputs(keras: Any, model: Any) -> Any:
    """The model answering [logits, feature map], whatever of the two it was saved with.

    A model saved with one output is expected to pool its last feature map globally and end in a linear layer.
    """
    outputs = model.output
    if isinstance(outputs, dict) and {"logits", "features_map"} <= outputs.keys():
        return keras.Model(model.inputs, [outputs["logits"], outputs["features_map"]])
    if isinstance(outputs, list | tuple) and len(outputs) == 2:
        logits, feature_map = sorted(outputs, key=lambda tensor: len(tensor.shape))
        return keras.Model(model.inputs, [logits, feature_map])
    pooling = [x for x in model.layers if isinstance(x, keras.layers.GlobalAveragePooling2D)]
    if isinstance(outputs, list | tuple | dict) or not pooling:
        message = "The Keras model has no global average pooling, so its feature map cannot be found."
        raise EngineUnavailable(message)
    return keras.Model(model.inputs, [outputs, pooling[-1].input])


def run_in_fixed_shapes(call: Any, batch: Rgb, batch_size: int, *, single: bool) -> Outputs:
    """Run `call` on N images using only the shapes 1 and `batch_size`; the last batch is padded with blank images.

    Up to half a batch left over goes one by one: one image costs about one and a half times its share of a full batch
    (27 against 18.5 ms for int8 ResNet50), so padding pays only above that.
    """
    if batch.ndim != 4 or batch.shape[-1] != 3 or batch.dtype != np.uint8:
        message = f"An engine takes (N, S, S, 3) uint8 images, not {batch.shape} {batch.dtype}."
        raise ValueError(message)
    total = len(batch)
    parts: list[tuple[Floats, Floats]] = []
    start = 0
    while total - start >= batch_size:
        parts.append(call(np.ascontiguousarray(batch[start : start + batch_size])))
        start += batch_size
    left = total - start
    if single and 0 < left <= batch_size // 2:
        parts.extend(call(np.ascontiguousarray(batch[i : i + 1])) for i in range(start, total))
    elif left or not parts:
        padded = np.zeros((batch_size, *batch.shape[1:]), np.uint8)
        padded[:left] = batch[start:]
        logits, feature_map = call(padded)
        parts.append((logits[:left], feature_map[:left]))
    return Outputs(
        logits=np.concatenate([part[0] for part in parts]),
        feature_map=np.concatenate([part[1] for part in parts]),
    )
