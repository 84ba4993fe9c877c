"""The `.keras` file that is shipped: 16-bit storage on disk, 32-bit arithmetic after loading.

A `.keras` file is a zip of config.json, metadata.json and model.weights.h5. Both are rewritten here without Keras or
TensorFlow, so a file saved on any backend, in any precision, becomes the same kind of file.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from training.atomic import whole_file
from training.errors import BadWeights

_HALF_MAX = float(np.finfo(np.float16).max)
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def store_half(source: Path | str, target: Path | str) -> Path:
    """Copy a `.keras` file with its weight matrices in float16, without optimizer state, computing in float32.

    Vectors (biases, scales, moving means and variances) keep float32: they are 1 % of the size, and a variance can lie
    outside what 16 bits hold. Keras converts to the variable's own float32 while loading. The bytes written depend on
    the weights only, not on the time. Raises BadWeights when `source` is no `.keras` file.
    """
    source, target = Path(source), Path(target)
    try:
        with zipfile.ZipFile(source) as archive:
            parts = {name: archive.read(name) for name in sorted(archive.namelist())}
    except (OSError, zipfile.BadZipFile) as error:
        message = f"{source} is not a readable .keras file."
        raise BadWeights(message) from error
    if not {"config.json", "metadata.json", "model.weights.h5"} <= parts.keys():
        message = f"{source} is not a .keras file: it has no config.json or no weights."
        raise BadWeights(message)
    config = _in_float32(json.loads(parts["config.json"]))
    config.pop("compile_config", None)
    parts["config.json"] = json.dumps(config).encode()
    metadata = json.loads(parts["metadata.json"])
    metadata.pop("date_saved", None)
    parts["metadata.json"] = json.dumps(metadata).encode()
    parts["model.weights.h5"] = _halve(parts["model.weights.h5"], source)
    with whole_file(target) as draft, zipfile.ZipFile(draft, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), content, zipfile.ZIP_DEFLATED, 6)
    return target


def _in_float32(value: Any) -> Any:
    """The configuration with every 16-bit dtype policy replaced by float32."""
    if isinstance(value, dict):
        return {key: _in_float32(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_float32(item) for item in value]
    return "float32" if value in {"mixed_float16", "mixed_bfloat16", "float16", "bfloat16"} else value


def _halve(weights: bytes, source: Path) -> bytes:
    import h5py  # type: ignore[import-untyped]  # it ships no types

    buffer = io.BytesIO()
    # Without a fixed clock HDF5 would stamp each group, and the same weights would give another SHA-256.
    with h5py.File(io.BytesIO(weights), "r") as old, h5py.File(buffer, "w", track_order=False) as new:

        def copy(name: str, node: Any) -> None:
            if name.startswith("optimizer"):
                return
            if isinstance(node, h5py.Group):
                group = new.require_group(name)
                for key, value in node.attrs.items():
                    group.attrs[key] = value
                return
            array = np.asarray(node)
            if array.dtype.kind == "V":  # bfloat16 has no name in HDF5
                message = f"{source} holds bfloat16 weights; save them in float32 first."
                raise BadWeights(message)
            if array.dtype.kind == "f" and array.ndim >= 2 and float(np.abs(array).max(initial=0)) < _HALF_MAX:
                array = array.astype(np.float16)
            dataset = new.create_dataset(name, data=array, track_times=False)
            for key, value in node.attrs.items():
                dataset.attrs[key] = value

        old.visititems(copy)
        for key, value in old.attrs.items():
            new.attrs[key] = value
    return buffer.getvalue()
