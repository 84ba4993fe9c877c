"""A CSV of images: columns path and label, and group and split when they are known."""

import csv
from pathlib import Path

from training.errors import BadData

from .folders import PARTS
from .source_image import SourceImage, class_of, require_some


def read_table(table: Path, *, source: str) -> list[SourceImage]:
    """Read a CSV whose paths are absolute or relative to its own folder.

    Raises BadData naming the row when a file is missing, a label unknown or a split not train, val or test.
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{table} cannot be read as a CSV file: {error}"
        raise BadData(message) from error
    if rows and not {"path", "label"} <= rows[0].keys():
        message = f"{table} needs the columns path and label; it has {', '.join(str(name) for name in rows[0])}."
        raise BadData(message)
    return require_some((_image(row, number, table, source) for number, row in enumerate(rows, 2)), where=table)


def _image(row: dict[str, str], number: int, table: Path, source: str) -> SourceImage:
    where = f"{table}, line {number}"
    path = table.parent / (row["path"] or "")
    if not path.is_file():
        message = f"{where}: there is no file {path}."
        raise BadData(message)
    split = (row.get("split") or "").strip().lower()
    if split and split not in PARTS:
        message = f"{where}: “{split}” is no part of a set; the parts are train, validation and test."
        raise BadData(message)
    return SourceImage(
        path=path,
        label=class_of(row["label"] or "", where=where),
        source=row.get("source") or source,
        group=(row.get("group") or "").strip(),
        split=PARTS.get(split, ""),
    )
