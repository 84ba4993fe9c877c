"""Adding tallies to their sums, and taking them off."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db import connection

from oversight.models import Span, TallySum
from oversight.selectors.sources import monday_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from oversight.models import CaseTally, CellTally

_AT_ONCE = 500


class _Sum(NamedTuple):
    """The columns of `TallySum` by which a row is found."""

    span: str
    week: dt.date | None
    laboratory: UUID | None
    clinic: UUID | None
    stain: str
    camera: str
    is_signed: bool
    model_version: UUID
    decided_by: UUID | None
    final: str
    best: str
    identified: bool
    excluded: bool

    @property
    def id(self) -> UUID:
        digest = hashlib.sha256("\n".join(map(str, self)).encode())
        return UUID(bytes=digest.digest()[:16])


def add_to_sums(
    *, taken_off: Iterable[tuple[CaseTally, CellTally]], added: Iterable[tuple[CaseTally, CellTally]]
) -> None:
    """Take tallies off the sums they were added to, and add others, inside the transaction that writes these."""
    changes: Counter[_Sum] = Counter()
    newest: dict[_Sum, dt.datetime] = {}
    for sign, tallies in ((-1, taken_off), (1, added)):
        for case, cells in tallies:
            for key in _sums_of(case, cells):
                changes[key] += sign * cells.number
                newest[key] = max(cells.newest, newest.get(key, cells.newest))
    # In one order, so that of two who add none waits for the other for ever.
    rows = sorted((key.id, *key, number, newest[key]) for key, number in changes.items() if number)
    for start in range(0, len(rows), _AT_ONCE):
        _add(rows[start : start + _AT_ONCE])
    emptied = [key.id for key, number in changes.items() if number < 0]
    TallySum.objects.filter(pk__in=emptied, number=0).delete()


def _sums_of(case: CaseTally, cells: CellTally) -> Iterator[_Sum]:
    """Which sums a tally is in."""
    yield _sum_of(case, cells, Span.EVER)
    if cells.decided_on is not None:
        yield _sum_of(case, cells, Span.WEEK)
        if not cells.excluded:
            yield _sum_of(case, cells, Span.EVERYWHERE)


def _sum_of(case: CaseTally, cells: CellTally, span: Span) -> _Sum:
    everywhere = span == Span.EVERYWHERE
    return _Sum(
        span=span,
        week=None if span == Span.EVER or cells.decided_on is None else monday_of(cells.decided_on),
        laboratory=case.laboratory_id,
        clinic=None if everywhere else case.clinic_id,
        stain="" if everywhere else case.stain,
        camera="" if everywhere else case.camera,
        is_signed=case.is_signed,
        model_version=cells.model_version_id,
        decided_by=cells.decided_by_id,
        final=cells.final,
        best=cells.best if not everywhere or cells.best == cells.final else "",
        identified=cells.identified and not everywhere,
        excluded=cells.excluded,
    )


def _add(rows: list[tuple[Any, ...]]) -> None:
    """Add each row's number to the row of its id, or make that. No ORM has this addition, and both databases do."""
    fields = TallySum._meta.concrete_fields
    table = connection.ops.quote_name(TallySum._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    values = [
        field.get_db_prep_save(value, connection) for each in rows for field, value in zip(fields, each, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES {', '.join([row] * len(rows))} "  # noqa: S608 - names of our own
            f"ON CONFLICT (id) DO UPDATE SET number = {table}.number + excluded.number, "
            f"newest = CASE WHEN excluded.newest > {table}.newest THEN excluded.newest ELSE {table}.newest END",
            values,
        )
