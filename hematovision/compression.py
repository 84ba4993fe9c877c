"""Text goes over the line compressed: pages, answers of the API, and scripts and styles that no proxy has compressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.middleware.gzip import GZipMiddleware

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_TEXT = ("text/", "application/json", "application/javascript")
_TEXT_BY_SUFFIX = ("+json", "+xml")
MOST_BYTES = 4 * 1024 * 1024
"""A file is taken into memory to be compressed; ours are far smaller."""


class CompressedText(GZipMiddleware):
    """Compresses text with gzip for whoever takes it; pictures and other files go as they lie.

    Files come as streams, which would otherwise lose their length. Django adds up to a hundred random bytes to each
    answer, so that its size does not tell what a page says beside what somebody else put there (BREACH).
    """

    def process_response(self, request: HttpRequest, response: Any) -> HttpResponseBase:
        """Return `response`, compressed where it is text of a known size."""
        if not _is_text(response.headers.get("Content-Type", "")) or response.has_header("Content-Encoding"):
            return response
        if response.streaming:
            length = int(response.headers.get("Content-Length", 0))
            if request.method != "GET" or response.status_code != 200 or not 0 < length <= MOST_BYTES:
                return response
            response = _read(response)
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed


def _is_text(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith(_TEXT) or kind.endswith(_TEXT_BY_SUFFIX)


def _read(response: Any) -> HttpResponse:
    """Return a file's answer with its bytes in it. It goes by its date: the tag of the file is not that of the compressed one."""
    whole = HttpResponse(b"".join(response.streaming_content), status=response.status_code)
    for name, value in response.headers.items():
        if name != "ETag":
            whole.headers[name] = value
    response.close()
    return whole
