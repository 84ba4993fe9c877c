"""Cursor paging: stable while rows arrive, and as fast on the last page as on the first."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

# Python reads no longer ones.
_NUMBER = re.compile(r"[0-9]{1,4000}")
_MOST_DIGITS = 9


class NewestFirst(CursorPagination):
    """Newest rows first by ``created_at``; the id orders rows of the same moment."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-id")

    def get_page_size(self, request: Request) -> int:
        """Return how many rows a page has, `max_page_size` at most; what is no number of rows is a mistake (400)."""
        asked = request.query_params.get("page_size")
        if asked is None:
            return self.page_size
        if not _NUMBER.fullmatch(asked) or not int(asked):
            raise exceptions.ValidationError({"page_size": [_("Give a whole number of rows, 1 or more.")]})
        return min(int(asked), self.max_page_size)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Say of the size of a page what `get_page_size` accepts."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == "page_size":
                parameter["schema"]["minimum"] = 1
                parameter["description"] = (
                    f"Rows a page, {self.page_size} where it is left out; {self.max_page_size} at most are given."  # not translated
                )
            else:
                parameter["description"] = (
                    "Of the page to read, as in `next` and `previous` of an answer."  # not translated
                )
        return parameters

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page: its rows, and the addresses of the pages around it, which it always has."""
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Read the page's address; one that is not ours is a mistake in the request (400)."""
        try:
            cursor: Cursor | None = super().decode_cursor(request)
        except exceptions.NotFound:
            raise _not_ours() from None
        if cursor is not None and cursor.position is not None and not self.is_position(str(cursor.position)):
            raise _not_ours()
        return cursor

    def is_position(self, position: str) -> bool:
        """Whether `position` is one of what the pages are ordered by, and a database can be asked for it."""
        try:
            moment = dt.datetime.fromisoformat(position)
            return moment.tzinfo is not None and bool(moment.astimezone(dt.UTC))
        except (ValueError, OverflowError):
            return False


class ByNumber(NewestFirst):
    """Pages ordered by a whole number, which `ordering` names."""

    def is_position(self, position: str) -> bool:
        """Whether `position` is a whole number that a column holds."""
        return len(position) <= _MOST_DIGITS and _NUMBER.fullmatch(position) is not None


def _not_ours() -> exceptions.ValidationError:
    return exceptions.ValidationError(
        {"cursor": [_("This page address is not valid: start again from the first page.")]}
    )
