"""Reads the tables of the matrix: one line per method, route and object, one column per caller.

A line is ``METHOD route object status status ...``; the object names what the address's arguments
are taken from (``-`` for none) and, after a colon, which of several bodies is sent. Lines that
start with # are comments. Each cell is one status, never an alternative; ``login`` is the redirect
to the sign-in page, so that it cannot be taken for the redirect after a success.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True)
class Row:
    """One request and what each caller gets."""

    table: str
    method: str
    route: str
    target: str
    expected: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.target}"


def read(path: Path) -> list[Row]:
    """Read one table."""
    lines = [line.split() for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    header = lines[0]
    if header[:3] != ["method", "route", "object"]:
        message = f"{path.name} does not start with its header"
        raise ValueError(message)
    rows = []
    for method, route, target, *statuses in lines[1:]:
        if len(statuses) != len(header) - 3:
            message = f"{path.name}: {method} {route} {target} has {len(statuses)} statuses"
            raise ValueError(message)
        expected = tuple(zip(header[3:], statuses, strict=True))
        rows.append(Row(path.stem, method, route, target, expected))
    return rows


ROWS = [row for path in sorted(TABLES.glob("*.txt")) for row in read(path)]
