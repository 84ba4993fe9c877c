"""Folders of single labelled cells, put through the service's own detector, scale and network."""

import csv
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.inference.detector import detect_cells
from classifier.inference.labels import find_label
from classifier.inference.parallel import ahead
from classifier.inference.pipeline import Pipeline
from classifier.inference.scale import RedCellRuler, measure_red_cells
from classifier.inference.scale_choice import pooled_scale
from classifier.inference.single_cells import Pick, labelled_centre, size_groups
from classifier.inference.types import Floats, Rgb, ScaleSource
from classifier.inference.white_cells import WhiteCellRuler, measure_white_cells
from training.datasets.folders import read_folders
from training.datasets.source_image import SourceImage
from training.errors import BadData
from training.progress import progress

# More images than this change a size group's scale by less than one per cent.
_RULER_SAMPLE = 150
_BATCHES = 4


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale taken for one group of equally sized images: um/px, where from ("given", "red cells", "white cells").

    `images` is how many it was taken for, `fields` on how many it was measured, `error` its relative standard deviation.
    """

    um_per_px: float
    source: ScaleSource
    images: int
    fields: int = 0
    error: float | None = None


@dataclass(frozen=True)
class FolderAnswers:
    """What the model says of N images, in their order.

    `logits` (N, C) and `novelty` (N,) come from the network, `identified` (N,) is the service's own decision over all
    classes, `detected` (N,) whether a cell was found (else the image's middle was taken); `crops` what the network saw.
    """

    logits: Floats
    novelty: Floats | None
    identified: NDArray[np.bool_]
    detected: NDArray[np.bool_]
    scales: tuple[Scale, ...]
    crops: list[Rgb]


def read_labelled(root: Path, *, limit: int | None = None) -> list[SourceImage]:
    """The images of class-named folders in `root`; `limit` keeps that many, spread evenly, a fair share of each class.

    Raises BadData when a folder is no class, nothing is there, or `root` holds TRAIN and TEST beside each other.
    """
    if not root.is_dir():
        raise BadData(f"There is no folder {root}.")
    images = read_folders(root, source=root.name)
    parts = sorted({image.path.relative_to(root).parts[0] for image in images if image.split})
    if parts:
        raise BadData(
            f"{root} holds the parts {', '.join(parts)}. Evaluate one of them, for example {root / parts[0]}."
        )
    if limit is None or limit >= len(images):
        return images
    if limit < 1:
        raise BadData("A limit is at least one image.")
    ordered = sorted(images, key=lambda image: (image.label, image.path))
    return [ordered[i] for i in np.linspace(0, len(ordered) - 1, limit).round().astype(int)]


def read_groups(table: Path, images: Sequence[SourceImage]) -> tuple[list[str], int]:
    """The original each image was made from, by its file name and label, and how many images the table leaves out.

    The CSV has the columns file, label and original, and perhaps split: where a file occurs in several splits, the one
    named in the image's path counts. An image not in it is a group of its own. Raises BadData with a sentence when
    the table cannot be read, fits no image, or leaves it open which original is meant.
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadData(f"{table} cannot be read as a CSV file: {error}") from error
    missing = {"file", "label", "original"} - (rows[0].keys() if rows else set())
    if missing:
        raise BadData(f"{table} needs the columns file, label and original; {', '.join(sorted(missing))} is missing.")
    originals: dict[tuple[str, str | None], dict[str, str]] = {}
    for row in rows:
        key = (Path(row["file"] or "").name, find_label(row["label"] or ""))
        originals.setdefault(key, {})[(row.get("split") or "").lower()] = row["original"] or ""
    groups, strangers = [], 0
    for image in images:
        found = originals.get((image.path.name, image.label))
        if not found:
            groups.append(f"alone:{image.path}")
            strangers += 1
            continue
        here = {part.lower() for part in image.path.parts}
        fitting = {original for split, original in found.items() if split in here} or set(found.values())
        if len(fitting) > 1:
            raise BadData(f"{table} gives several originals for {image.path}: {', '.join(sorted(fitting))}.")
        groups.append(fitting.pop())
    if strangers == len(images):
        raise BadData(f"{table} names none of the images: files are matched by name and label.")
    return groups, strangers


def answer_folder(
    pipeline: Pipeline,
    images: Sequence[SourceImage],
    *,
    read: Callable[[Path], Rgb],
    pick: Pick,
    um_per_px: float | None = None,
    workers: int = 2,
) -> FolderAnswers:
    """Detect the labelled cell of each image, cut it and classify it.

    The scale is `um_per_px` when given, else one per group of equally sized images, pooled over the red cells of a
    sample, else over its white cells. `read` opens an image upright as (H, W, 3) uint8 RGB and raises BadInput when it
    cannot be read. Raises BadData where the scale of a group cannot be measured.
    """
    if um_per_px is not None and not (np.isfinite(um_per_px) and um_per_px > 0):
        raise BadData(f"A scale is a positive number of micrometres per pixel, not {um_per_px}.")
    cv2.setNumThreads(1)  # the pool has a thread per core already
    with ThreadPoolExecutor(workers) as pool:
        scales, scale_of = _scales(pool, images, read, um_per_px)

        def cut(item: tuple[int, SourceImage]) -> tuple[Rgb, bool]:
            row, image = item
            rgb = read(image.path)
            scale = scales[scale_of[row]].um_per_px
            height, width = rgb.shape[:2]
            centre, detected = labelled_centre(
                detect_cells(rgb, um_per_px=scale), width=width, height=height, pick=pick
            )
            return pipeline.crop(rgb, [centre], um_per_px=scale)[0], detected

        step = pipeline.engine.batch_size * _BATCHES
        crops: list[Rgb] = []
        detected: list[bool] = []
        classified = []
        found = ahead(pool, cut, enumerate(images), depth=2 * step)
        for crop, where in progress(found, label="Classifying", total=len(images)):
            crops.append(crop)
            detected.append(where)
            if len(crops) % step == 0 or len(crops) == len(images):
                classified.append(pipeline.classify(np.stack(crops[-(len(crops) % step or step) :])))
    novelties = [part.novelty for part in classified if part.novelty is not None]
    return FolderAnswers(
        logits=np.concatenate([part.logits for part in classified]),
        novelty=np.concatenate(novelties) if novelties else None,
        identified=np.array([decision.identified for part in classified for decision in part.decisions], bool),
        detected=np.array(detected, bool),
        scales=tuple(scales),
        crops=crops,
    )


def _scales(
    pool: ThreadPoolExecutor, images: Sequence[SourceImage], read: Callable[[Path], Rgb], um_per_px: float | None
) -> tuple[list[Scale], list[int]]:
    """One scale per size group, and the group of each image."""
    if um_per_px is not None:
        return [Scale(um_per_px, "given", len(images))], [0] * len(images)
    groups = size_groups([_size(image.path) for image in images])
    members: list[list[int]] = [[] for _ in range(max(groups) + 1)]
    for row, group in enumerate(groups):
        members[group].append(row)

    def ruler(row: int) -> RedCellRuler:
        return measure_red_cells(read(images[row].path))

    def nuclei(row: int) -> WhiteCellRuler:
        return measure_white_cells(read(images[row].path))

    samples = [rows[:: -(-len(rows) // _RULER_SAMPLE)] for rows in members]
    measured = ahead(pool, ruler, [row for sample in samples for row in sample], depth=16)
    rulers = iter(list(progress(measured, label="Measuring red cells", total=sum(len(sample) for sample in samples))))
    scales = []
    for rows, sample in zip(members, samples, strict=True):
        # Nuclei are only measured where the red cells say nothing: the pool's map would start at once.
        found = pooled_scale([next(rulers) for _ in sample], (nuclei(row) for row in sample))
        if found is None:
            width, height = _size(images[rows[0]].path)
            raise BadData(
                f"The scale of the images of {width}x{height} px is not known: neither red cells nor enough white cells "
                "can be measured in them. Give it in micrometres per pixel, for example --um-per-px 0.1."
            )
        scales.append(Scale(found.um_per_px, found.source, len(rows), found.fields, found.error))
    return scales, groups


def _size(path: Path) -> tuple[int, int]:
    try:
        with Image.open(path) as image:
            return image.size
    except (OSError, ValueError, Image.DecompressionBombError):
        # Reading it later says in a sentence what is wrong with it.
        return (0, 0)


def facts_of(answers: FolderAnswers) -> dict[str, Any]:
    """What metrics.json says about how the images were analysed."""
    return {
        "n_not_located": int((~answers.detected).sum()),
        "scales": [
            {
                "um_per_px": round(scale.um_per_px, 5),
                "source": scale.source,
                "n": scale.images,
                "fields": scale.fields,
                "error": None if scale.error is None else round(scale.error, 3),
            }
            for scale in answers.scales
        ],
    }
