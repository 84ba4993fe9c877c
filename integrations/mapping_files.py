"""A table of a mapping as a CSV file, out and in again. Pure: no database."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from integrations.mapping_rows import TABLES

if TYPE_CHECKING:
    from integrations.mapping_rows import Rows

_MOST_LINES = 2_001
_ESCAPED = re.compile(r"'(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")
"""What a CSV file of ours puts before a text that a spreadsheet would compute."""


class UnreadableTableError(ValueError):
    """A file that is no table of a mapping, with a sentence that says why."""


def table_lines(rows: Rows, table: str) -> list[list[str]]:
    """Return the head and the rows of a table."""
    members = TABLES[table]
    return [list(members), *([row.get(name, "") for name in members] for row in rows.get(table, []))]


def read_table(content: bytes, table: str) -> list[dict[str, str]]:
    """Return the rows in a CSV file with the members of `table` as its head, in any order; empty lines are passed over.

    Comma, semicolon and tab separate, as spreadsheets of different countries write them. Raises `UnreadableTableError`.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableTableError(_("The file is not written in UTF-8. Save it as CSV UTF-8.")) from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise UnreadableTableError(_("The file is no CSV: %(error)s.") % {"error": error}) from None
    lines = [line for line in lines if any(value.strip() for value in line)]
    if not lines:
        raise UnreadableTableError(_("The file is empty."))
    head, *rest = lines
    head = [name.strip().lower() for name in head]
    if sorted(head) != sorted(TABLES[table]):
        raise UnreadableTableError(
            _("The first line has to name %(columns)s, each once.") % {"columns": ", ".join(TABLES[table])}
        )
    if len(rest) >= _MOST_LINES:
        raise UnreadableTableError(_("The file has more than %(most)s rows.") % {"most": _MOST_LINES - 1})
    found = []
    for number, line in enumerate(rest, start=2):
        if len(line) != len(head):
            raise UnreadableTableError(
                _("Line %(line)s has %(values)s values, the first line %(columns)s.")
                % {"line": number, "values": len(line), "columns": len(head)}
            )
        values = dict(zip(head, (_plain(value) for value in line), strict=True))
        found.append({name: values[name] for name in TABLES[table]})
    return found


def _plain(value: str) -> str:
    said = value.strip()
    return said[1:] if _ESCAPED.match(said) else said
