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
    ("education_teachingcell", "picture"),
    ("education_teachingfield", "picture"),
    ("education_teachingprediction", "heat_maps"),
    ("education_certificate", "pdf"),
)
#: Of pictures that somebody tried: removed after a day, and no backup keeps them longer. A row whose file did not come back
#: goes with the first sweep.
SHORT_LIVED_COLUMNS = (
    ("sandbox_triedpicture", "picture"),
    ("sandbox_triedpicture", "thumbnail"),
    ("sandbox_heatmap", "picture"),
)
#: Where a purge removed the file of a row: the condition of the rows that still have theirs.
_KEPT = {
    ("cases_smearimage", "original"): "original_purged_at IS NULL",
    ("cases_smearimage", "display"): "shown_purged_at IS NULL",
    ("cases_smearimage", "thumbnail"): "shown_purged_at IS NULL",
    ("classifier_explanation", "picture"): (
        "NOT EXISTS (SELECT 1 FROM cases_cell JOIN cases_smearimage ON cases_smearimage.id = cases_cell.image_id "
        "WHERE cases_cell.id = classifier_explanation.cell_id AND cases_smearimage.shown_purged_at IS NOT NULL)"
    ),
}
#: The end of the name of the migration from which on there are purges: an older backup has none.
_PURGES_SINCE = "_purge_of_images"
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
    known = sorted(tables)
    rows = {table: _one(cursor, counting.format(table))[0] for table in known}
    head = _one(cursor, "SELECT position, hash FROM audit_chainhead") or (0, "")
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    applied = list(cursor)
    migrations = dict(applied)
    purges = any(app == "cases" and name.endswith(_PURGES_SINCE) for app, name in applied)
    cursor.execute("SELECT name, version, directory FROM classifier_modelversion ORDER BY name, version")
    models = [RegisteredModel(f"{name}-{version}", directory) for name, version, directory in cursor]
    files: set[str] = set()
    for table, column in FILE_COLUMNS:
        if table not in known:
            # An older backup has not all there is today.
            continue
        kept = f" AND {_KEPT[table, column]}" if purges and (table, column) in _KEPT else ""
        cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" <> \'\'{kept}')  # noqa: S608 - names of our own
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
