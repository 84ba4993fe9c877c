"""Where in the crop a class was seen.

The network ends in global average pooling and a linear layer, so the class activation map (Zhou et al. 2016) needs only
the feature map and the layer's weights, and equals Grad-CAM: the gradient of a logit by a pooled feature *is* that
weight. A CPU worker with ONNX Runtime can therefore explain itself without gradients.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from classifier.inference.bundle import HEAD_FILE, ModelBundle
from classifier.inference.errors import BundleAltered
from classifier.inference.types import Floats, Rgb


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
        if head.kernel.ndim != 2 or head.kernel.shape[1] != len(bundle.labels):
            message = f"The head file {path.name} is not for {len(bundle.labels)} classes."
            raise BundleAltered(message)
        return head


def class_activation(feature_map: Floats, head: Head, class_index: int) -> Floats:
    """Evidence for one class by place, (h, w) float32 in 0..1 (negative evidence is cut, the peak is 1).

    `feature_map` is one picture's (h, w, F). All zeros when nothing speaks for the class.
    """
    evidence = np.maximum(feature_map @ head.kernel[:, class_index], 0.0)
    peak = float(evidence.max(initial=0.0))
    return np.asarray(evidence / peak if peak > 0 else evidence, np.float32)


def overlay(crop: Rgb, activation: Floats, *, strength: float = 0.55) -> Rgb:
    """The crop (S, S, 3) with the activation (h, w) laid over it as warm colour, same size, uint8."""
    height, width = crop.shape[:2]
    smooth = np.asarray(
        Image.fromarray(activation.astype(np.float32), mode="F").resize((width, height), Image.Resampling.BICUBIC),
        np.float32,
    ).clip(0.0, 1.0)
    warm = np.stack([np.minimum(1.0, smooth * 2), np.maximum(0.0, smooth * 2 - 1), np.zeros_like(smooth)], axis=2)
    weight = (strength * smooth)[..., None]
    mixed = crop.astype(np.float32) * (1 - weight) + 255.0 * warm * weight
    result: Rgb = mixed.round().clip(0, 255).astype(np.uint8)
    return result
