"""Labelled cells of a microscope from class-named folders, found and cut the way `manage.py evaluate` does it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from classifier.inference.engines import Engine
from classifier.inference.pipeline import Pipeline, dihedral_views
from classifier.inference.single_cells import Pick
from classifier.inference.types import Floats, Rgb
from training.datasets.source_image import SourceImage
from training.errors import BadData
from training.evaluation.folder import answer_folder
from training.progress import progress

from .cells import LabelledCells

#: Every turn and mirroring of a labelled cell is a labelled cell: worth one to two points on LISC.
VIEWS = 8
#: What stands before it in a file's name is the patient, with `--group-by-prefix`.
PREFIX_END = "__"
_CHUNK = 64


def groups_by_prefix(images: Sequence[SourceImage]) -> list[str]:
    """The part of each file's name before `__`; raises BadData naming the first file that has none."""
    groups = []
    for image in images:
        group, found, _ = image.path.name.partition(PREFIX_END)
        if not (group and found):
            raise BadData(f"{image.path.name} names no patient: nothing stands before “{PREFIX_END}”.")
        groups.append(group)
    return groups


def read_cells(
    pipeline: Pipeline,
    images: Sequence[SourceImage],
    *,
    read: Callable[[Path], Rgb],
    pick: Pick,
    groups: Sequence[str] | None = None,
    um_per_px: float | None = None,
    views: int = VIEWS,
    workers: int = 2,
) -> LabelledCells:
    """Features of the labelled cell of each image, `views` views of it; without `groups` each image is a group of its own.

    Raises BadData when an image's class is none of the model's.
    """
    labels = pipeline.bundle.labels
    unknown = sorted({image.label for image in images} - set(labels))
    if unknown:
        raise BadData(f"The folder holds {', '.join(unknown)}, which {pipeline.bundle.name} does not know.")
    answers = answer_folder(pipeline, images, read=read, pick=pick, um_per_px=um_per_px, workers=workers)
    return LabelledCells(
        features=features_of(pipeline.engine, np.stack(answers.crops), views=views),
        truth=np.array([labels.index(image.label) for image in images], np.int64),
        groups=tuple(groups or [str(image.path) for image in images]),
    )


def features_of(engine: Engine, crops: Rgb, *, views: int) -> Floats:
    """Pooled features (N, V, F) of the first `views` views of crops (N, S, S, 3)."""
    chunks = [
        seen[start : start + _CHUNK] for seen in dihedral_views(crops, views) for start in range(0, len(crops), _CHUNK)
    ]
    parts = [engine.run(chunk).features for chunk in progress(chunks, label="Reading features", unit="batch")]
    flat = np.concatenate(parts)
    return flat.reshape(views, len(crops), -1).transpose(1, 0, 2)
