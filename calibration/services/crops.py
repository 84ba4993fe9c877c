"""Crops of stored cells as the network sees them. For workers: it opens models and images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings

from classifier.inference.types import Box
from classifier.services.stored_images import open_stored_image

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from cases.models import Cell
    from classifier.inference.pipeline import Pipeline
    from classifier.inference.types import Rgb
    from classifier.models import ModelVersion


def open_model(version: ModelVersion) -> Pipeline:
    """The pipeline of a registered model, its files verified; raises InferenceError when it cannot be used."""
    # Here and not above: the web process imports the task's module to name its queue.
    from classifier.bundle_analyser import BundleAnalyser

    return BundleAnalyser(settings.HEMATOVISION_ENGINE).hold(version).pipeline


def cut(
    pipeline: Pipeline, cells: Sequence[Cell], scales: dict[UUID, float], *, on_image: Callable[[int, int], object]
) -> Rgb:
    """Crops (N, S, S, 3) of `cells` in their order; each image is opened once.

    `on_image(done, total)` is told after each image. Raises Unprocessable when an image cannot be opened.
    """
    by_image: dict[UUID, list[int]] = {}
    for row, cell in enumerate(cells):
        by_image.setdefault(cell.image_id, []).append(row)
    crops: list[Rgb | None] = [None] * len(cells)
    for done, (image_id, rows) in enumerate(by_image.items(), start=1):
        rgb = open_stored_image(cells[rows[0]].image)
        centres = [Box(*cells[row].box).centre for row in rows]
        for row, crop in zip(rows, pipeline.crop(rgb, centres, um_per_px=scales[image_id]), strict=True):
            crops[row] = crop
        on_image(done, len(by_image))
    return np.stack([crop for crop in crops if crop is not None])
