"""What a database says at one moment: how many rows, how far the audit trail, which files and models it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

#: Every column that names a file below the clinical storage.
FILE_COLUMNS = (
    ("cases_smearimage", "original"),
    ("cases_smearimage", "display"),
    ("cases_smearimage", "thumbnail"),
    ("classifier_explanation", "picture"),
    ("reports_report", "pdf"),
)
#: A column of ciphertext that every row of the table has: what tells whether the keys at hand open the data.
SEALED_COLUMN = ("cases_patient", "mrn")


class Cursor(Protocol):
    """What both drivers' cursors can do."""

    def execute(self, query: str) -> Any: ...
    def fetchone(self) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...


@dataclass(frozen=True, slots=True)
class Chain:
    """The end of the audit trail."""

    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A model in the registry, and the folder it was registered in."""

    name: str
    directory: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent view."""

    rows: dict[str, int]
    chain: Chain
    migrations: dict[str, str]
    models: list[RegisteredModel]
    files: list[str] = field(repr=False)


def read_snapshot(cursor: Cursor, tables: Iterable[str]) -> Snapshot:
    """Read it through `cursor`, whose transaction has to be one that sees a single moment."""
    counting = 'SELECT count(*) FROM "{}"'
    rows = {table: _one(cursor, counting.format(table))[0] for table in sorted(tables)}
    head = _one(cursor, "SELECT position, hash FROM audit_chainhead") or (0, "")
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    migrations = dict(cursor)
    cursor.execute("SELECT name, version, directory FROM classifier_modelversion ORDER BY name, version")
    models = [RegisteredModel(f"{name}-{version}", directory) for name, version, directory in cursor]
    files: set[str] = set()
    for table, column in FILE_COLUMNS:
        cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" <> \'\'')  # noqa: S608 - names of our own
        files.update(name for (name,) in cursor)
    return Snapshot(rows, Chain(*head), migrations, models, sorted(files))


def sealed_values(cursor: Cursor) -> Iterator[str]:
    """Every patient's sealed record number."""
    table, column = SEALED_COLUMN
    cursor.execute(f'SELECT "{column}" FROM "{table}"')  # noqa: S608 - names of our own
    return (value for (value,) in cursor)


def _one(cursor: Cursor, query: str) -> Any:
    cursor.execute(query)
    return cursor.fetchone()
