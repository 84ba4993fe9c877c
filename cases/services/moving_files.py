"""Copies of all files that rows name, from one storage to the other: the names stay, so that no row changes."""

from __future__ import annotations

import errno
import hashlib
import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from enum import StrEnum
from os import SEEK_END
from typing import IO, TYPE_CHECKING

from django.core.files.base import File

from cases.named_files import named_files
from cases.storage import PrivateFileSystemStorage
from hematovision.away import StorageAway

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.core.files.storage import Storage

_PIECE_BYTES = 1024 * 1024


class Outcome(StrEnum):
    """What became of one file."""

    COPIED = "copied"
    THERE = "there"
    TO_COPY = "to copy"
    MISSING = "missing"
    DIFFERENT = "different"


FAULTS = frozenset({Outcome.MISSING, Outcome.DIFFERENT})
"""What somebody has to see to: a file the source has not, or of which the target has, or received, other bytes."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One file: size in bytes and SHA-256 of the source's, empty where nothing was read."""

    name: str
    outcome: str
    bytes: int = 0
    sha256: str = ""


def move_files(
    *,
    source: Storage,
    target: Storage,
    report: Path,
    only_count: bool = False,
    on_each: Callable[[Moved], None] = lambda _moved: None,
) -> Counter[str]:
    """Copy what `target` has not, compare what it has; returns how many files had each `Outcome`.

    Each file is read back from the target and compared by SHA-256; one that came over differently is removed there. Nothing
    is ever replaced, and the source is left as it is. A line for each file is added to `report` (JSON), and files that a
    former run found right are not opened a second time while they have their size in the target. With `only_count` nothing is
    written, neither there nor in the report. Raises `OSError` where a storage does not answer; the next run goes on.
    """
    if not source.exists(""):
        raise StorageAway(errno.ENODEV, "The folder that is copied from is not mounted")  # not translated
    if isinstance(target, PrivateFileSystemStorage) and not only_count:
        # The database names files, and none is here yet.
        target.mark()
    known = _right_before(report)
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        # Nobody loses more than one line, and none is joined to one that was cut short.
        lines = None if only_count else stack.enter_context(report.open("a", encoding="utf-8", buffering=1))
        if lines is not None and not _ends_a_line(report):
            lines.write("\n")
        for name in named_files():
            act = _move if lines is not None else _look
            moved = act(name, source, target, known)
            if lines is not None:
                lines.write(json.dumps(asdict(moved)) + "\n")
            counts[moved.outcome] += 1
            on_each(moved)
    return counts


def _ends_a_line(report: Path) -> bool:
    with report.open("rb") as file:
        return not file.seek(0, SEEK_END) or (file.seek(-1, SEEK_END) >= 0 and file.read() == b"\n")


def _right_before(report: Path) -> dict[str, Moved]:
    if not report.is_file():
        return {}
    found: dict[str, Moved] = {}
    for line in report.read_text(encoding="utf-8").splitlines():
        try:
            moved = Moved(**json.loads(line))
        except (ValueError, TypeError):
            # The last line of a run that was killed.
            continue
        found[moved.name] = moved
    return {name: moved for name, moved in found.items() if moved.outcome not in FAULTS}


def _look(name: str, source: Storage, target: Storage, known: dict[str, Moved]) -> Moved:
    if target.exists(name):
        return known.get(name) or Moved(name, Outcome.THERE, target.size(name))
    if source.exists(name):
        return Moved(name, Outcome.TO_COPY, source.size(name))
    return Moved(name, Outcome.MISSING)


def _move(name: str, source: Storage, target: Storage, known: dict[str, Moved]) -> Moved:
    there = target.exists(name)
    before = known.get(name)
    if there and before is not None and target.size(name) == before.bytes:
        return Moved(name, Outcome.THERE, before.bytes, before.sha256)
    try:
        with source.open(name, "rb") as file:
            size, digest = _hashed(file)
            if there:
                return Moved(name, _compared(target, name, digest, Outcome.THERE), size, digest)
            file.seek(0)
            kept = target.save(name, File(file))
    except FileNotFoundError:
        return Moved(name, Outcome.MISSING)
    # Under another name only where somebody wrote this one at the same time; what is there then decides.
    outcome = _compared(target, name, digest, Outcome.COPIED) if kept == name else Outcome.DIFFERENT
    if outcome == Outcome.DIFFERENT:
        target.delete(kept)
    return Moved(name, outcome, size, digest)


def _compared(storage: Storage, name: str, digest: str, if_same: Outcome) -> Outcome:
    with storage.open(name, "rb") as file:
        return if_same if _hashed(file)[1] == digest else Outcome.DIFFERENT


def _hashed(file: IO[bytes]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while piece := file.read(_PIECE_BYTES):
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()
