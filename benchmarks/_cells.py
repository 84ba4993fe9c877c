"""Single labelled cells of cameras, read from the folder of public data sets."""

from pathlib import Path

import numpy as np
from PIL import Image

from classifier.inference.labels import LABELS
from classifier.inference.single_cells import Pick
from classifier.inference.types import Rgb
from training.adaptation.folder import PREFIX_END
from training.datasets.folders import read_folders
from training.datasets.source_image import SourceImage, image_files

#: Where the labelled cell of an image is.
PICKS: dict[str, Pick] = {"lisc": "largest", "deepapl": "central", "pbc": "central"}
#: um/px of a set with a few fields of another size in which nothing can be measured; `benchmarks/scale.py` reads it off the others.
SCALES = {"deepapl": 0.101}
#: No classes of the model: no name is right for them.
OPEN = ("blast", "smudge")


def read(path: Path) -> Rgb:
    """An image file as (H, W, 3) uint8."""
    return np.asarray(Image.open(path).convert("RGB"))


def images_of(data: Path, name: str, *, also: tuple[str, ...] = ()) -> list[SourceImage]:
    """The images of one set by class, those of the folders `also` after them."""
    found = [
        SourceImage(path, label, name)
        for label in (*LABELS, *also)
        if (data / name / label).is_dir()
        for path in image_files(data / name / label)
    ]
    return found or read_folders(data / name, source=name)


def patients_of(images: list[SourceImage]) -> list[str]:
    """The patient of each image by its file name, where the set names patients; else each image is one of its own."""
    return [
        image.path.name.split(PREFIX_END)[0] if PREFIX_END in image.path.name else str(image.path) for image in images
    ]
