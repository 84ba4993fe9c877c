"""A hash over rows, kept in the event of the write, so that a row changed afterwards no longer fits.

One hash covers all rows of a step (an analysis with its predictions, a delivery), because an event a row would make the
chain long. Canonical form: every row a JSON list, numbers as the text of a float so that databases cannot disagree about
`1` and `1.0`, times as UTC with microseconds, rows sorted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def fingerprint(rows: Iterable[Sequence[Any]]) -> str:
    """Return the SHA-256 over `rows` as 64 hexadecimal digits; the order in which they come does not matter."""
    lines = sorted(
        json.dumps([_plain(value) for value in row], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        for row in rows
    )
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float | Decimal):
        return repr(float(value))
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)
