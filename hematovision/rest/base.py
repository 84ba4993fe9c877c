"""What every API view does on top of Django REST framework."""

from __future__ import annotations

from typing import Any

from django.utils.cache import add_never_cache_headers
from rest_framework import status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hematovision.rest.etags import answer_tag, is_known


class NotCached(APIView):
    """Marks every answer, errors included, as not to be kept by a browser or a proxy; says of a known one that it is (304)."""

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Complete the entity tag, finish the answer, then add ``Cache-Control: no-store, private``."""
        if isinstance(response, Response) and "ETag" in response:
            tag = answer_tag(response["ETag"], response.data)
            if request.method in SAFE_METHODS and is_known(request, tag):
                response = Response(status=status.HTTP_304_NOT_MODIFIED)
            response["ETag"] = tag
        finished = super().finalize_response(request, response, *args, **kwargs)
        add_never_cache_headers(finished)
        return finished
