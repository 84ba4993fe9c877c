"""Whole files and whole folders or nothing: written beside their place, then renamed onto it in one step."""

import errno
import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import BadData, NoSpace


@contextmanager
def whole_file(path: Path | str) -> Iterator[Path]:
    """Give a path to write to in the folder of `path`; it becomes `path` when the block ends well, else it goes away.

    The draft keeps the suffix of `path`, as some writers choose their format by it. Raises NoSpace when the disk fills.
    """
    path = Path(path)
    with _no_space(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.parent / f".{path.stem}.{uuid.uuid4().hex[:8]}{path.suffix}"
        try:
            yield draft
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path | str, *, replace: bool = False) -> Iterator[Path]:
    """Give an empty folder to fill; it becomes `path` when the block ends well, else it goes away.

    Raises BadData when `path` is there already and `replace` was not asked for, NoSpace when the disk fills.
    """
    path = Path(path)
    if path.exists() and not replace:
        message = f"{path} is there already. Name another folder, or ask for it to be replaced."
        raise BadData(message)
    draft = path.parent / f".{path.name}.{uuid.uuid4().hex[:8]}"
    with _no_space(path):
        try:
            draft.mkdir(parents=True)
            yield draft
            if path.exists():
                old = path.parent / f".{path.name}.{uuid.uuid4().hex[:8]}.old"
                path.replace(old)
                draft.replace(path)
                shutil.rmtree(old)
            else:
                draft.replace(path)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def write_text(path: Path | str, text: str) -> None:
    """Write UTF-8 text in one step."""
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8")


def write_json(path: Path | str, value: Any) -> None:
    """Write JSON in one step, keys in the order given; numpy numbers become plain ones."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, default=_plain) + "\n")


def read_json(path: Path | str) -> Any:
    """Read JSON; raises BadData with the file's name when it is missing or broken."""
    path = Path(path)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        message = f"There is no file {path}."
        raise BadData(message) from error
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {error}"
        raise BadData(message) from error


def _plain(value: Any) -> Any:
    convert: Callable[[], Any] | None = getattr(value, "tolist", None)
    return convert() if convert else str(value)


@contextmanager
def _no_space(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        message = f"There is no space left on the disk of {path.parent}; nothing was written there."
        raise NoSpace(message) from error


def require_space(path: Path | str, size: int) -> None:
    """Raise NoSpace unless `size` bytes are free where `path` is to lie.

    For files that are mapped into memory: there a full disk kills the process instead of raising an error.
    """
    home = Path(path).resolve()
    while not home.exists():
        home = home.parent
    free = shutil.disk_usage(home).free
    if free < size:
        message = (
            f"There is no space left for {path}: it needs {size // 2**20 + 1} MiB and the disk has {free // 2**20}."
        )
        raise NoSpace(message)
