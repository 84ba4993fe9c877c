"""Taking a backup while the installation is in use."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.recovery.files import Kept, copy_hashed, files_below, hash_file, need_space, safe_path, sync, total_bytes
from deploy.recovery.installation import ROOT, Installation
from deploy.recovery.manifest import Manifest
from deploy.recovery.progress import Counted, Progress
from deploy.recovery.snapshot import Snapshot

MEDIA, CHECKPOINTS, MODELS = "media", "checkpoints", "models"


@dataclass(frozen=True, slots=True)
class Taken:
    """A finished backup and where it lies."""

    folder: Path
    manifest: Manifest


def take_backup(installation: Installation, destination: Path, progress: Progress) -> Taken:
    """Make a new folder below `destination` with everything that a restore needs but the keys; raises `Refused`.

    The order makes it consistent. Checkpoints come first: each vouches for events that were there before it, so the
    snapshot has them. Then the database at one moment. Then the files which that moment names: a file is complete
    before a row names it and is never changed, so it does not matter when it is copied. What people do meanwhile is
    in the next backup. A file that the database names and the disk has not is listed as missing: the rest is needed
    all the more.
    """
    installation.require_folder()
    started = datetime.now(UTC)
    name = f"hematovision-{started:%Y%m%dT%H%M%SZ}"
    need_space(destination, 0)
    draft = destination / f".{name}.unfinished"
    draft.mkdir(mode=0o700)
    try:
        files: dict[str, Kept] = {}
        for path in files_below(installation.checkpoints):
            # A name that starts with a dot is one being written.
            if not path.name.startswith("."):
                files[f"{CHECKPOINTS}/{path.name}"] = copy_hashed(path, draft / CHECKPOINTS / path.name)
        progress.done(f"database: dumping ({installation.database})")
        dump = draft / installation.database.file_name
        snapshot = installation.database.dump(dump, progress)
        files[dump.name] = hash_file(dump)
        present, missing = _sources(installation, snapshot)
        need_space(destination, total_bytes(present.values()))
        counted = Counted(progress, "files", len(present), total_bytes(present.values()))
        for target, source in present.items():
            files[target] = copy_hashed(source, draft / target)
            counted.add(files[target].bytes)
        manifest = Manifest(
            made_at=started.isoformat(timespec="seconds"),
            code=code_version(),
            database=installation.database.kind,
            database_file=dump.name,
            rows=snapshot.rows,
            chain={"position": snapshot.chain.position, "hash": snapshot.chain.hash},
            migrations=snapshot.migrations,
            keys=installation.keys.fingerprints(),
            models={model.name: model.directory for model in snapshot.models},
            missing=missing,
            files=files,
        )
        manifest.write(draft, installation.keys)
        sync()
        draft.rename(destination / name)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Taken(destination / name, manifest)


def _sources(installation: Installation, snapshot: Snapshot) -> tuple[dict[str, Path], list[str]]:
    """Where each file of the backup is copied from, and the names of those that are not there."""
    present: dict[str, Path] = {}
    missing: list[str] = []
    for name in snapshot.files:
        path = installation.media / safe_path(name)
        if path.is_file():
            present[f"{MEDIA}/{name}"] = path
        else:
            missing.append(f"{MEDIA}/{name}")
    for model in snapshot.models:
        folder = Path(model.directory)
        found = list(files_below(folder)) if folder.is_absolute() else []
        present |= {f"{MODELS}/{model.name}/{path.relative_to(folder).as_posix()}": path for path in found}
        missing += [] if found else [f"{MODELS}/{model.name}"]
    return present, missing


def code_version() -> str:
    """The commit this code is at, where it is a checkout; the migrations in the manifest are what a restore compares."""
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607 - whichever git is installed
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return ""
    return asked.stdout.strip()
