"""Where in the crop a class was seen.

The network ends in global average pooling and a linear layer, so the class activation map (Zhou et al. 2016) needs only
the feature map and the layer's weights, and equals Grad-CAM: the gradient of a logit by a pooled feature *is* that
weight. A CPU worker with ONNX Runtime can therefore explain itself without gradients.

The last feature map of a small crop has a few places only. The crop is therefore seen several times, moved by fractions of
one place, and the maps are interleaved (shift and stitch; Long, Shelhamer and Darrell 2015, section 3.2).
"""

import numpy as np
from PIL import Image

from classifier.inference.crops import CropSpec
from classifier.inference.head import Head
from classifier.inference.types import Floats, Rgb

FINER = 4
"""How many times finer than the feature map an explanation is drawn, across and down."""


def shifted_centres(
    centre: tuple[float, float], *, places: int, spec: CropSpec, um_per_px: float
) -> list[tuple[float, float]]:
    """`FINER` x `FINER` centres around `centre`, row by row, apart by 1 / `FINER` of one place of the feature map.

    Centres are in pixels of the field, whose scale is `um_per_px`; `places` is the width of the feature map.
    """
    step = spec.size_px / places / FINER * spec.um_per_px / um_per_px
    moves = [(number - (FINER - 1) / 2) * step for number in range(FINER)]
    return [(centre[0] + across, centre[1] + down) for down in moves for across in moves]


def stitched_activation(feature_maps: Floats, head: Head, class_index: int) -> Floats:
    """Evidence for one class by place, (h * FINER, w * FINER) float32 in 0..1, from the looks at `shifted_centres`.

    `feature_maps` is (FINER * FINER, h, w, F). Negative evidence is cut and the peak is 1; all zeros when nothing speaks
    for the class.
    """
    evidence = np.maximum(feature_maps @ head.kernel[:, class_index], 0.0)
    _, height, width = evidence.shape
    fine = evidence.reshape(FINER, FINER, height, width).transpose(2, 0, 3, 1).reshape(height * FINER, width * FINER)
    peak = float(fine.max(initial=0.0))
    return np.asarray(fine / peak if peak > 0 else fine, np.float32)


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
