"""What is other between two versions of a mapping, row by row. Pure: no database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrations.mapping_rows import KEYS, TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from integrations.mapping_rows import Rows


@dataclass(frozen=True, slots=True)
class Cell:
    """One member of a row: as it was, and as it is."""

    name: str
    was: str
    now: str

    @property
    def differs(self) -> bool:
        """Whether it changed."""
        return self.was != self.now


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that was added, removed or changed (`how`), found by its `key`."""

    table: str
    key: str
    how: str
    cells: Sequence[Cell]

    @property
    def changes(self) -> list[Cell]:
        """The members that say what is new: those that differ, without the key."""
        return [cell for cell in self.cells if cell.differs and cell.name not in KEYS[self.table]]


def differences(older: Rows, newer: Rows) -> list[Difference]:
    """Return what `newer` says otherwise than `older`, table by table, in the order of their rows; the order itself is nothing."""
    found = []
    for table, members in TABLES.items():
        was, now = _by_key(older, table), _by_key(newer, table)
        for key in [*was, *(key for key in now if key not in was)]:
            cells = [Cell(name, was.get(key, {}).get(name, ""), now.get(key, {}).get(name, "")) for name in members]
            if key not in was or key not in now or any(cell.differs for cell in cells):
                how = "added" if key not in was else "removed" if key not in now else "changed"
                found.append(Difference(table, ", ".join(key), how, cells))
    return found


def _by_key(rows: Rows, table: str) -> dict[tuple[str, ...], dict[str, str]]:
    return {tuple(row.get(name, "") for name in KEYS[table]): row for row in rows.get(table, [])}
