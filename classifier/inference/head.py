"""The linear layer between pooled features and logits: as a file of its own, it can be another one for another camera."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from classifier.inference.bundle import HEAD_FILE, ModelBundle
from classifier.inference.errors import BundleAltered
from classifier.inference.types import Floats, Outputs, Rgb

if TYPE_CHECKING:
    from classifier.inference.engines import Engine


@dataclass(frozen=True, slots=True)
class Head:
    """The linear layer on pooled features: kernel (F, C), bias (C,), float32."""

    kernel: Floats
    bias: Floats

    @classmethod
    def load(cls, bundle: ModelBundle) -> "Head":
        """Read the bundle's head.npz; raises BundleMissing when there is none, BundleAltered when it is something else."""
        path = bundle.path(HEAD_FILE)
        try:
            with np.load(path, allow_pickle=False) as data:
                head = cls(data["kernel"].astype(np.float32), data["bias"].astype(np.float32))
        except (KeyError, ValueError, OSError) as error:
            message = f"The head file {path.name} cannot be read."
            raise BundleAltered(message) from error
        classes = len(bundle.labels)
        if head.kernel.ndim != 2 or head.kernel.shape[1] != classes or head.bias.shape != (classes,):
            message = f"The head file {path.name} is not for {classes} classes."
            raise BundleAltered(message)
        if not (np.isfinite(head.kernel).all() and np.isfinite(head.bias).all()):
            message = f"The head file {path.name} holds values that are no numbers."
            raise BundleAltered(message)
        return head

    def save(self, path: Path) -> None:
        """Write what `load` reads; equal heads give equal bytes."""
        with path.open("wb") as stream:
            np.savez(stream, kernel=self.kernel, bias=self.bias)

    def logits(self, features: Floats) -> Floats:
        """Logits (N, C) of pooled features (N, F)."""
        result: Floats = (features @ self.kernel + self.bias).astype(np.float32)
        return result


class SeparateHead:
    """An engine whose logits come from its pooled features and the bundle's own head, not from the network file."""

    def __init__(self, engine: "Engine", head: Head) -> None:
        self.name, self.batch_size = engine.name, engine.batch_size
        self._engine, self._head = engine, head

    def run(self, batch: Rgb) -> Outputs:
        """See Engine.run; raises BundleAltered when the head is for another number of features."""
        seen = self._engine.run(batch)
        width = seen.feature_map.shape[-1]
        if width != len(self._head.kernel):
            message = f"The head of the model takes {len(self._head.kernel)} features, and its network has {width}."
            raise BundleAltered(message)
        return Outputs(logits=self._head.logits(seen.features), feature_map=seen.feature_map)
