"""Every CSV file the product hands out: one way to write it, with text that no spreadsheet takes for a formula.

Cases, patients and people are named by whoever types; a spreadsheet computes a cell that starts like a formula, which
sends data away or starts a program (CWE-1236). Such text gets a leading apostrophe, which a spreadsheet does not show.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse

from hematovision.languages import in_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_Answer = TypeVar("_Answer", HttpResponse, StreamingHttpResponse)

MEDIA_TYPE = "text/csv; charset=utf-8"
# OWASP's list; the wide forms are what Excel takes in East Asian locales. A sign that nobody sees before it (blanks, a
# byte order mark, a joiner) hides it from us and not from every spreadsheet.
_FORMULA_START = re.compile(r"[\t\r\n]|[\s\x00\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def csv_lines(rows: Iterable[Sequence[object]], *, end: str = "\r\n") -> Iterator[str]:
    """Yield one line of CSV a row, each with its `end` (RFC 4180's by default). Text is escaped, numbers stay numbers.

    Files are read by programs, and compared with those of other people: each row is made in English, whoever asks.
    """
    writer = csv.writer(_Echo(), lineterminator=end)
    left = iter(rows)
    while True:
        # Between two rows whoever sends them does other things, in a language of their own.
        with in_language(settings.LANGUAGE_CODE):
            row = next(left, None)
            if row is None:
                return
            line = writer.writerow([_harmless(value) for value in row])
        yield line


def csv_file(rows: Iterable[Sequence[object]], *, name: str) -> HttpResponse:
    """Answer with a short CSV file called `name`, written at once."""
    return _as_file(HttpResponse("".join(csv_lines(rows)), content_type=MEDIA_TYPE), name)


def csv_stream(rows: Iterable[Sequence[object]], *, name: str) -> StreamingHttpResponse:
    """Answer with a CSV file of any length called `name`, written row by row as it is sent."""
    return _as_file(StreamingHttpResponse(csv_lines(rows), content_type=MEDIA_TYPE), name)


class _Echo:
    """What `csv.writer` writes to: gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _harmless(value: object) -> object:
    if value is None or isinstance(value, int | float | Decimal):
        return value
    # Whatever else is written as text as well: a record, a translated label.
    text = str(value)
    return f"'{text}" if _FORMULA_START.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text


def _as_file(response: _Answer, name: str) -> _Answer:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
