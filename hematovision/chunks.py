"""Walking a table from one end to the other without holding it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, Q

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet

_Row = TypeVar("_Row", bound=Model)


def in_chunks(rows: QuerySet[_Row], *, by: Sequence[str], size: int = 2000) -> Iterator[_Row]:
    """Yield `rows` in the order of the fields `by`, each chunk of `size` beginning after the last row of the one before.

    `by` ends with a unique field; a minus means descending, and no field is ever null. Other than a cursor held outside a
    transaction (`QuerySet.iterator`), it makes the database write no copy of the whole answer before its first row.
    """
    ordered = rows.order_by(*by)
    chunk = list(ordered[:size])
    while chunk:
        yield from chunk
        # A short chunk was the last one.
        chunk = list(ordered.filter(_after(chunk[-1], by))[:size]) if len(chunk) == size else []


def chunks_of(rows: QuerySet[_Row], *, by: Sequence[str], size: int = 500) -> Iterator[list[_Row]]:
    """Yield `rows` as lists of at most `size`, for what is looked up for many rows at once."""
    chunk: list[_Row] = []
    for row in in_chunks(rows, by=by, size=size):
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _after(row: Model, by: Sequence[str]) -> Q:
    """What comes after `row`: a later first field, or the same and a later second, and so on."""
    found, same = Q(), Q()
    for name in by:
        field = name.removeprefix("-")
        value: Any = getattr(row, field)
        step = "lt" if name.startswith("-") else "gt"
        found |= same & Q(**{f"{field}__{step}": value})
        same &= Q(**{field: value})
    return found
