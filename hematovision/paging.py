"""Pages of lists too long to count to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.core.paginator import Paginator
from django.db.models import Model
from django.utils.functional import cached_property

if TYPE_CHECKING:
    from django.core.paginator import Page
    from django.db.models import QuerySet

_Row = TypeVar("_Row", bound=Model)

MOST_COUNTED = 10_000
"""Counting every row of a large table is slower than anybody reads; past this the filter is the way."""


class CappedPaginator(Paginator[Any]):
    """Pages of a long list, counted only up to `most`: fewer where telling whether a row belongs to it takes long."""

    def __init__(self, object_list: Any, per_page: int, *, most: int = MOST_COUNTED) -> None:
        super().__init__(object_list, per_page)
        self.most = most

    @cached_property
    def count(self) -> int:
        """How many rows there are, or `most` when there are at least as many."""
        rows: Any = self.object_list
        # In no order: a sort of all rows for the sake of a number is what made long lists slow.
        return int(rows.order_by()[: self.most].count())

    @property
    def is_capped(self) -> bool:
        """Whether there may be more rows than were counted."""
        return self.count >= self.most


def rows_of(page: Page[Any], rows: QuerySet[_Row]) -> list[_Row]:
    """Return the rows of a page of ids, in its order, with everything that `rows` selects beside them.

    Sorted with the ids alone, a long list drags nothing along that its other pages show.
    """
    ids = list(page.object_list)
    found = rows.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
