"""Copying files with their hashes."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from deploy.recovery.refusal import Refused

_BLOCK = 1 << 20
#: Left free beside what is written, so that the disk is not filled to the last byte.
_SPARE = 256 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """What the manifest says of one file."""

    bytes: int
    sha256: str


def copy_hashed(source: Path, target: Path) -> Kept:
    """Copy `source` to `target`, whose folder is made, and return size and hash of what was read."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    draft = target.with_name(f".{target.name}.part")
    with source.open("rb") as reading, draft.open("wb") as writing:
        kept = _hash(reading, writing)
    draft.chmod(0o640)
    draft.replace(target)
    return kept


def hash_file(path: Path) -> Kept:
    """Size and SHA-256 of a file; raises `OSError` where it cannot be read."""
    with path.open("rb") as reading:
        return _hash(reading)


def safe_path(name: str) -> PurePosixPath:
    """A path of a manifest or database, inside its folder; raises `Refused` for one that leads out of it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in name or "\0" in name:
        raise Refused(f"{name!r} is not the name of a file of an installation.")
    return path


def files_below(folder: Path) -> Iterator[Path]:
    """Every file below a folder, in the order of the names."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def total_bytes(paths: Iterable[Path]) -> int:
    """How much they hold together."""
    return sum(path.stat().st_size for path in paths)


def need_space(folder: Path, needed: int) -> None:
    """Raise `Refused` where the disk of `folder` has not `needed` bytes and a reserve."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE:
        raise Refused(
            f"{folder} has {free / 1e9:,.1f} GB free, and {(needed + _SPARE) / 1e9:,.1f} GB are needed. Nothing was written."
        )


def sync() -> None:
    """Have everything written reach the disk."""
    os.sync()


def _hash(reading: BinaryIO, writing: BinaryIO | None = None) -> Kept:
    size, digest = 0, hashlib.sha256()
    while block := reading.read(_BLOCK):
        size += len(block)
        digest.update(block)
        if writing is not None:
            writing.write(block)
    return Kept(size, digest.hexdigest())
