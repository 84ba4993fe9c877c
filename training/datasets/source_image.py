"""One labelled image of a source."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from classifier.inference.errors import BadInput
from classifier.inference.labels import canonical_label
from training.errors import BadData

#: Suffixes read as images; anything else in a folder is passed over.
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True, order=True)
class SourceImage:
    """An image file with its class.

    `group` names the original it came from when the source knows it, `split` the official part it belongs to
    ("train", "validation", "test"), both empty otherwise.
    """

    path: Path
    label: str
    source: str
    group: str = ""
    split: str = ""


def class_of(name: str, *, where: Path | str) -> str:
    """The class a folder or a row calls `name`; raises BadData naming the place when no class is called so."""
    try:
        return canonical_label(name)
    except BadInput as error:
        message = f"{where}: {error.sentence}"
        raise BadData(message) from error


def image_files(folder: Path) -> list[Path]:
    """Every image under a folder, deeper folders included, hidden ones left out, in order of name."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file() and not _hidden(path.relative_to(folder))
    )


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


def require_some(images: Iterable[SourceImage], *, where: Path) -> list[SourceImage]:
    """The images in order of path; raises BadData when there is none."""
    found = sorted(images)
    if not found:
        message = f"There is no image in {where}. Images are {', '.join(sorted(SUFFIXES))} files."
        raise BadData(message)
    return found
