"""Cursor paging: stable while rows arrive, and as fast on the last page as on the first."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """Newest rows first by ``created_at``; the id settles rows of the same moment."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-id")
    invalid_cursor_message = "This page address is no longer valid: start again from the first page."


class NewestUploadFirst(NewestFirst):
    """The same for images, whose moment is ``uploaded_at``."""

    ordering = ("-uploaded_at", "-id")
