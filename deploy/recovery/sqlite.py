"""The embedded database: copied by SQLite itself while it is in use, put back by one rename."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from deploy.recovery.refusal import Refused
from deploy.recovery.snapshot import Snapshot, read_snapshot, sealed_values

#: Pages copied between two reports of how far it is.
_STEP = 4096


@dataclass(frozen=True, slots=True)
class SQLite:
    """One database file."""

    path: Path

    kind = "sqlite"
    file_name = "database.sqlite3"

    def __str__(self) -> str:
        return f"SQLite, {self.path}"

    def dump(self, target: Path, report: Callable[[str], None]) -> Snapshot:
        """Copy the database as it is now to `target` and return what the copy says."""
        if not self.path.is_file():
            raise Refused(f"There is no database at {self.path}.")

        def progress(_: int, remaining: int, total: int) -> None:
            report(f"database: {100 * (total - remaining) // max(total, 1)} %")

        with closing(self._open()) as source, closing(sqlite3.connect(target)) as copy:
            # A transaction that has begun to read keeps its view: writers go on, and the copy does not start again.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=_STEP, progress=progress)
            # One file: the copy is not in use and needs no journal beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            problem = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise Refused(f"The database {self.path} is damaged, SQLite says: {problem}")
        return SQLite(target).look()

    def restore(self, dump: Path, report: Callable[[str], None]) -> None:
        """Put `dump` in the place of the database, whole or not at all."""
        report("database: copying")
        draft = self.path.with_name(f"{self.path.name}.restoring")
        shutil.copyfile(dump, draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.chmod(0o640)
        for beside in ("-wal", "-shm"):
            self.path.with_name(self.path.name + beside).unlink(missing_ok=True)
        draft.replace(self.path)

    def set_aside(self, suffix: str) -> list[Path]:
        """Rename what is there, with its journal; returns the new names."""
        moved = []
        for end in ("", "-wal", "-shm"):
            here = self.path.with_name(self.path.name + end)
            if here.exists():
                there = self.path.with_name(self.path.name + suffix + end)
                here.rename(there)
                moved.append(there)
        return moved

    def is_empty(self) -> bool:
        """Whether nothing is there that a restore would replace."""
        if not self.path.exists() or not self.path.stat().st_size:
            return True
        with closing(self._open()) as connection:
            return not self._tables(connection)

    def look(self) -> Snapshot:
        """Read what the database says now."""
        with closing(self._open()) as connection:
            connection.execute("BEGIN")
            return read_snapshot(connection.cursor(), self._tables(connection))

    def sealed_values(self) -> Iterator[str]:
        """Every patient's sealed record number."""
        with closing(self._open()) as connection:
            yield from sealed_values(connection.cursor())

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=rw", uri=True, timeout=30, isolation_level=None)

    @staticmethod
    def _tables(connection: sqlite3.Connection) -> list[str]:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        return [name for (name,) in connection.execute(query)]
