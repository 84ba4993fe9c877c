"""Reads through the API leave their trace like those on the pages."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from cases.services.audit_trail import record_list, record_search
from hematovision.rest.filters import PAGING


class AuditedList:
    """A list view whose every page is in the audit trail, as a search when it was filtered."""

    audited_type: str  # "app.model" of the rows

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page and record it: kinds of the terms and how many rows, never their text."""
        response: Response = super().list(request, *args, **kwargs)  # type: ignore[misc]
        shown = len(response.data["results"])
        terms = [name for name in request.query_params if name not in PAGING]
        actor: Any = request.user
        if terms:
            record_search(actor=actor, object_type=self.audited_type, terms=terms, found=shown)
        else:
            record_list(actor=actor, object_type=self.audited_type, count=shown)
        return response
