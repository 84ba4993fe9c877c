"""Cursor paging: stable while rows arrive, and as fast on the last page as on the first."""

from __future__ import annotations

from rest_framework import exceptions
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class NewestFirst(CursorPagination):
    """Newest rows first by ``created_at``; the id orders rows of the same moment."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-id")

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Read the page's address; one that is not ours is a mistake in the request (400)."""
        try:
            return super().decode_cursor(request)
        except exceptions.NotFound:
            sentence = "This page address is not valid: start again from the first page."
            raise exceptions.ValidationError({"cursor": [sentence]}) from None
