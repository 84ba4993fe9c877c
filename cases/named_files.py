"""Which files of the clinical storage the rows of the database name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.purged_files import clinical_file_fields, still_kept
from hematovision.chunks import in_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model, QuerySet

SOME = 20
"""Of each column: enough to tell a folder that lost a few files from one that has none."""


def named_files() -> Iterator[str]:
    """The name of every file that a row names, but for those that were purged."""
    for rows, column in _rows_with_files():
        for row in in_chunks(rows.only("pk", column), by=["pk"]):
            yield str(getattr(row, column).name)


def some_named_files() -> Iterator[str]:
    """The names of at most SOME files of each column, chosen by nothing but their ids."""
    for rows, column in _rows_with_files():
        yield from rows.order_by("pk").values_list(column, flat=True)[:SOME]


def _rows_with_files() -> Iterator[tuple[QuerySet[Model], str]]:
    for model, field in clinical_file_fields():
        yield model._default_manager.filter(still_kept(model, field.name)).exclude(**{field.name: ""}), field.name
