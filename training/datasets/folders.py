"""Folders named after classes, alone or inside the official parts of a set (TRAIN, TEST, TEST_SIMPLE)."""

from collections.abc import Iterator
from pathlib import Path

from training.errors import BadData

from .source_image import SourceImage, class_of, image_files, require_some

#: Folder names of official parts, lower case, and the split each belongs to.
PARTS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
    # A handful of TEST images before augmentation: the same originals, so the same side of every fence.
    "test_simple": "test",
}


def read_folders(root: Path, *, source: str) -> list[SourceImage]:
    """Read `root/<class>/...` or `root/<part>/<class>/...`.

    Raises BadData naming the folder when there is no image, or a folder with images is called neither a class nor an
    official part.
    """
    parts = {path: PARTS[path.name.lower()] for path in _folders(root) if path.name.lower() in PARTS}
    if not parts:
        return require_some(_classes(root, source=source, split=""), where=root)
    strays = [path.name for path in _folders(root) if path not in parts and image_files(path)]
    if strays:
        message = f"{root} has official parts ({', '.join(sorted(p.name for p in parts))}) and beside them {strays[0]}."
        raise BadData(message)
    images = [p for path, split in sorted(parts.items()) for p in _classes(path, source=source, split=split)]
    return require_some(images, where=root)


def _classes(root: Path, *, source: str, split: str) -> Iterator[SourceImage]:
    for folder in _folders(root):
        files = image_files(folder)
        if not files:
            continue
        label = class_of(folder.name, where=folder)
        for path in files:
            yield SourceImage(path=path, label=label, source=source, split=split)


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
