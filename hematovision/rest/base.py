"""What every API view does on top of Django REST framework."""

from __future__ import annotations

from typing import Any

from django.utils.cache import add_never_cache_headers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class NotCached(APIView):
    """Marks every answer, errors included, as not to be kept by a browser or a proxy."""

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Finish the answer, then add ``Cache-Control: no-store, private``."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        add_never_cache_headers(finished)
        return finished
