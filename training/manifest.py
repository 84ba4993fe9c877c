"""The manifest: which images exist, their class, group, split and SHA-256. Every later step reads it and nothing else."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from .atomic import read_json, whole_file
from .errors import BadData
from .progress import progress

MANIFEST, REPORT = "manifest.csv", "manifest.json"
SPLITS = ("train", "validation", "test")
_CHUNK = 1 << 20


@dataclass(frozen=True, order=True)
class ManifestRow:
    """One image; `path` is relative to the data root, with forward slashes."""

    path: str
    label: str
    group: str
    split: str
    sha256: str
    width: int
    height: int
    source: str


@dataclass(frozen=True)
class Manifest:
    """The rows, and the folder their paths start from."""

    rows: tuple[ManifestRow, ...]
    root: Path

    @property
    def labels(self) -> tuple[str, ...]:
        """Classes that occur, by name."""
        return tuple(sorted({row.label for row in self.rows}))

    def counts(self) -> dict[str, dict[str, int]]:
        """Images by split and class."""
        found = Counter((row.split, row.label) for row in self.rows)
        return {split: {label: found[split, label] for label in self.labels if found[split, label]} for split in SPLITS}

    def absolute(self) -> list[dict[str, str]]:
        """Rows as plain dictionaries with absolute paths, as `crop_set.build_crops` takes them."""
        return [{**{k: str(v) for k, v in asdict(row).items()}, "path": str(self.root / row.path)} for row in self.rows]

    def verify(self) -> None:
        """Check every file against its SHA-256; raises BadData naming the first that is missing or changed."""

        def changed(row: ManifestRow) -> str:
            path = self.root / row.path
            if not path.is_file():
                return f"{path} is in the manifest and no longer there."
            return "" if sha256_of(path) == row.sha256 else f"{path} changed since the manifest was written."

        with ThreadPoolExecutor(4) as pool:
            for problem in progress(pool.map(changed, self.rows), label="checking the manifest", total=len(self.rows)):
                if problem:
                    message = f"{problem} Run prepare again."
                    raise BadData(message)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def write_manifest(rows: Iterable[ManifestRow], path: Path | str) -> None:
    """Write the rows as CSV, in order of path, in one step."""
    with whole_file(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, [field.name for field in fields(ManifestRow)], lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(row) for row in sorted(rows))


def read_manifest(path: Path | str, *, root: Path | str | None = None) -> Manifest:
    """Read a manifest, given as the file or its folder.

    Paths start from `root`, else from the root its report names. Raises BadData naming the file and what is wrong.
    """
    path = Path(path)
    path = path / MANIFEST if path.is_dir() else path
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = tuple(_row(raw) for raw in csv.DictReader(stream))
    except FileNotFoundError as error:
        message = f"There is no manifest at {path}. Run prepare first."
        raise BadData(message) from error
    except (OSError, KeyError, TypeError, ValueError) as error:
        message = f"{path} is no manifest: {error!r}"
        raise BadData(message) from error
    _check(rows, path)
    base = Path(root) if root else Path(read_json(path.with_name(REPORT))["root"])
    return Manifest(rows=rows, root=base)


def _row(raw: dict[str, Any]) -> ManifestRow:
    return ManifestRow(**{**raw, "width": int(raw["width"]), "height": int(raw["height"])})


def _check(rows: Sequence[ManifestRow], path: Path) -> None:
    if not rows:
        message = f"{path} lists no image."
        raise BadData(message)
    strange = next((row for row in rows if row.split not in SPLITS), None)
    if strange:
        message = f"{path} puts {strange.path} into “{strange.split}”; the splits are train, validation and test."
        raise BadData(message)
    home: dict[str, str] = {}
    for row in rows:
        if home.setdefault(row.group, row.split) != row.split:
            message = f"{path} has the group {row.group} in both {home[row.group]} and {row.split}: it would leak."
            raise BadData(message)
