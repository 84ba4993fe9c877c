"""Pages of lists too long to count to the end."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

MOST_COUNTED = 10_000
"""Counting every row of a large table is slower than anybody reads; past this the filter is the way."""


class CappedPaginator(Paginator[Any]):
    """Pages of a long list, counted only up to `MOST_COUNTED`."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, or `MOST_COUNTED` when there are at least as many."""
        rows: Any = self.object_list
        # In no order: a sort of all rows for the sake of a number is what made long lists slow.
        return int(rows.order_by()[:MOST_COUNTED].count())

    @property
    def is_capped(self) -> bool:
        """Whether there may be more rows than were counted."""
        return self.count >= MOST_COUNTED
