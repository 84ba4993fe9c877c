"""The log of a run: one row an epoch."""

import csv
from pathlib import Path


def read_history(path: Path | str) -> list[dict[str, str]]:
    """Rows of a run's log.csv, oldest first; empty when there is no log."""
    path = Path(path)
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
