"""Image files of the command line: found in files and folders, read with the same checks as uploads."""

from collections.abc import Iterable
from pathlib import Path

from cases.conf import upload_limits
from cases.imaging import load_rgb
from classifier.inference.errors import BadInput
from classifier.inference.types import Rgb
from hematovision.errors import DomainError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})


def find_images(paths: Iterable[Path]) -> list[Path]:
    """Every image file among `paths`, folders searched in depth, hidden files left out, each once.

    A file named outright is taken whatever its suffix. Raises BadInput naming a path that is not there, or when no
    image is found at all.
    """
    wanted = list(paths)
    found: dict[Path, None] = {}
    for path in wanted:
        if path.is_dir():
            found.update(dict.fromkeys(sorted(file for file in path.rglob("*") if is_image_file(file, under=path))))
        elif path.is_file():
            found[path] = None
        else:
            raise BadInput(f"There is no file or folder {path}.")  # not translated
    if not found:
        raise BadInput(
            f"There is no image in {', '.join(str(path) for path in wanted) or 'nothing'}."  # not translated
        )
    return list(found)


def is_image_file(file: Path, *, under: Path) -> bool:
    """Whether a file below `under` is named like an image and no part of its way there is hidden."""
    return (
        file.suffix.lower() in SUFFIXES
        and file.is_file()
        and not any(part.startswith(".") or part == "__MACOSX" for part in file.relative_to(under).parts)
    )


def load_image(path: Path) -> Rgb:
    """The image upright as (H, W, 3) uint8 RGB; raises BadInput with the file's name and what is wrong with it."""
    try:
        with path.open("rb") as stream:
            return load_rgb(stream, limits=upload_limits())
    except DomainError as error:
        raise BadInput(f"{path}: {error.sentence}") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}") from error
