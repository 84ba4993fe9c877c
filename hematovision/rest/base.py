"""What every API view does on top of Django REST framework."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers
from rest_framework.request import Request


class NotCached:
    """Marks every answer, errors included, as not to be kept by a browser or a proxy."""

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Finish the answer, then add ``Cache-Control: no-store, private``."""
        finished: HttpResponseBase = super().finalize_response(  # type: ignore[misc]
            request, response, *args, **kwargs
        )
        add_never_cache_headers(finished)
        return finished
