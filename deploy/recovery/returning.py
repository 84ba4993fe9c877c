"""Bringing an installation back from a backup."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from deploy.recovery.files import Kept, copy_hashed, files_below, hash_file, need_space, sync
from deploy.recovery.installation import FILES_MARKER, ROOT, Installation
from deploy.recovery.manifest import Manifest
from deploy.recovery.progress import Counted, Progress
from deploy.recovery.refusal import Refused
from deploy.recovery.snapshot import Snapshot
from deploy.recovery.taking import CHECKPOINTS, MEDIA, MODELS

#: Stands below the installation's folder while a restore is not finished, and names the backup.
MARKER = "restore-in-progress"


@dataclass(slots=True)
class Returned:
    """What was done. `moved_models` were put below `var/models`: their rows name a folder that is not there."""

    manifest: Manifest
    set_aside: list[Path] = field(default_factory=list)
    moved_models: list[Path] = field(default_factory=list)


def verify_backup(backup: Path, installation: Installation, progress: Progress) -> Manifest:
    """Whether `backup` can be restored here: its keys are at hand, this code knows it, every file is as it was written.

    Raises `Refused`; touches nothing.
    """
    manifest = Manifest.read(backup, installation.keys)
    if missing := installation.keys.missing(manifest.keys):
        raise Refused("\n".join(missing))
    if manifest.database != installation.database.kind:
        raise Refused(
            f"The backup holds a database of {manifest.database}, and DATABASE_URL names one of {installation.database.kind}."
        )
    _know_migrations(manifest)
    manifest.verify(backup, progress)
    return manifest


def restore_backup(backup: Path, installation: Installation, progress: Progress, *, overwrite: bool) -> Returned:
    """Restore into an empty installation, or with `overwrite` over what is there; raises `Refused`.

    Everything is verified before anything is touched. Files that `overwrite` replaces are set aside under another name,
    never deleted; a PostgreSQL database is replaced in one transaction. Broken off, it is run again and goes on: files
    already in place are compared and left, and the database, which comes last, is there whole or not at all.
    """
    installation.require_folder()
    manifest = verify_backup(backup, installation, progress)
    returned = Returned(manifest)
    if not _goes_on(manifest, installation):
        occupied = _occupied(installation)
        if occupied and not overwrite:
            raise Refused(
                "Nothing was touched: there is data here already.\n"
                + "\n".join(occupied)
                + "\nStop web, workers and beat, and say --overwrite to replace it."
            )
        need_space(installation.var, manifest.size)
        if occupied:
            returned.set_aside = _set_aside(installation)
        _marker(installation).write_text(_digest(manifest))
    _put(backup, MEDIA, installation.media, manifest, progress)
    # Files that were missing when the backup was made are missing here: the folder is the right one all the same.
    (installation.media / FILES_MARKER).touch(mode=0o640)
    _put(backup, CHECKPOINTS, installation.checkpoints, manifest, progress)
    returned.moved_models = _put_models(backup, installation, manifest, progress)
    progress.done(f"database: restoring ({installation.database})")
    installation.database.restore(backup / manifest.database_file, progress)
    _compare(manifest, installation.database.look())
    _open_identifiers(installation, progress)
    sync()
    _marker(installation).unlink()
    return returned


def _know_migrations(manifest: Manifest) -> None:
    """Raise `Refused` where a newer version than this code made the backup."""
    unknown = [
        f"{app}.{name}"
        for app, name in manifest.migrations.items()
        if (folder := _migrations(app)).is_dir() and not (folder / f"{name}.py").is_file()
    ]
    if unknown:
        raise Refused(
            f"A newer version made this backup (commit {manifest.code or 'not known'}): this code does not know "
            f"{', '.join(unknown)}. Install that version and restore with it."
        )


def _migrations(app: str) -> Path:
    own = ROOT / app / "migrations"
    return own if own.is_dir() else ROOT / "hematovision" / app / "migrations"


def _marker(installation: Installation) -> Path:
    return installation.var / MARKER


def _digest(manifest: Manifest) -> str:
    return hashlib.sha256(manifest.to_bytes()).hexdigest()


def _goes_on(manifest: Manifest, installation: Installation) -> bool:
    """Whether a restore of this very backup was broken off here."""
    marker = _marker(installation)
    return marker.is_file() and marker.read_text() == _digest(manifest)


def _occupied(installation: Installation) -> list[str]:
    """A line for each part of the installation that holds something."""
    folders = (installation.media, installation.checkpoints)
    found = [f"{folder} holds files." for folder in folders if folder.is_dir() and next(files_below(folder), None)]
    if not installation.database.is_empty():
        found.append(f"The database has tables ({installation.database}).")
    if _marker(installation).is_file():
        found.append("The restore of another backup was broken off here.")
    return found


def _set_aside(installation: Installation) -> list[Path]:
    """Rename what would be in the way; returns the new names."""
    suffix = f".before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    folders = [folder for folder in (installation.media, installation.checkpoints) if folder.is_dir()]
    moved = [folder.rename(folder.with_name(folder.name + suffix)) for folder in folders]
    return moved + installation.database.set_aside(suffix)


def _put(backup: Path, part: str, target: Path, manifest: Manifest, progress: Progress) -> None:
    """Copy one folder of the backup to its place; what is there already is compared and left."""
    target.mkdir(parents=True, exist_ok=True, mode=0o750)
    files = manifest.below(part)
    counted = Counted(progress, part, len(files), sum(kept.bytes for kept in files.values()))
    for name, kept in files.items():
        if not _is_there(target / name, kept) and copy_hashed(backup / part / name, target / name) != kept:
            raise Refused(f"{part}/{name} changed while it was copied. Look after the disk, then run this again.")
        counted.add(kept.bytes)


def _put_models(backup: Path, installation: Installation, manifest: Manifest, progress: Progress) -> list[Path]:
    """Put each model where its row says, if that is below this installation or there already, else below `var/models`."""
    moved = []
    for model, registered in manifest.models.items():
        part = f"{MODELS}/{model}"
        files = manifest.below(part)
        there = Path(registered)
        if not files or all(_is_there(there / name, kept) for name, kept in files.items()):
            continue
        target = there if there.is_relative_to(installation.var) else installation.models / model
        _put(backup, part, target, manifest, progress)
        if target != there:
            moved.append(target)
    return moved


def _is_there(path: Path, kept: Kept) -> bool:
    return path.is_file() and path.stat().st_size == kept.bytes and hash_file(path) == kept


def _compare(manifest: Manifest, found: Snapshot) -> None:
    """Raise `Refused` where the restored database does not say what the backed up one said."""
    differing = [
        f"{table}: {rows} rows were backed up, {found.rows.get(table, 0)} are there."
        for table, rows in manifest.rows.items()
        if found.rows.get(table, 0) != rows
    ]
    if {"position": found.chain.position, "hash": found.chain.hash} != manifest.chain:
        differing.append(
            f"The audit trail ended at event {manifest.chain['position']}, and ends at {found.chain.position}."
        )
    if differing:
        raise Refused("\n".join(["The restored database is not the one that was backed up:", *differing]))


def _open_identifiers(installation: Installation, progress: Callable[[str], None]) -> None:
    """Raise `Refused` where a patient's identifiers do not open with the keys at hand."""
    closed = 0
    for read, token in enumerate(installation.database.sealed_values(), start=1):
        closed += not installation.keys.open(token)
        progress(f"identifiers: {read:,} opened")
    if closed:
        raise Refused(
            f"The identifiers of {closed:,} patients open with none of HEMATOVISION_FIELD_KEYS. The data is restored and "
            "cannot be read: find the key it was written under (the RUNBOOK, Keys), add it, and run this again."
        )
