"""How large the body of a request may be, by its address, decided before anybody signs in and before it is read.

Whatever a view or a form would say of a large body it says after the whole of it lies in a temporary file, and the views that
check a password or a token are asked by people without either (docs/adr/0026).
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hematovision.rest.handlers import API_PREFIXES
from hematovision.rest.parsers import MULTIPART_OVERHEAD
from hematovision.rest.problems import problem_json
from reports.selectors.lookup import MOST_BYTES as MOST_REPORT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

IMAGES = re.compile(r"^/(?:api/v1/)?(?:cases/[^/]+/images|try)/$")
PIECES = re.compile(r"^/api/v1/uploads/[^/]+/$")
"""Of resumable uploads: what comes before a line is cut is kept."""
VERIFY = re.compile(r"^/verify/$")

NO_LENGTH = _("Say how long the body is (Content-Length): a body of unknown length is not read here.")

NO_NUMBER = _("The length of the body (Content-Length) is no number.")


def most_bytes(path: str) -> int:
    """Return the largest body, in bytes, that the address `path` takes."""
    if IMAGES.match(path):
        return int(settings.UPLOAD_MAX_BYTES) + MULTIPART_OVERHEAD
    if PIECES.match(path):
        return int(settings.UPLOAD_MAX_BYTES)
    if VERIFY.match(path):
        return MOST_REPORT_BYTES + MULTIPART_OVERHEAD
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) + MULTIPART_OVERHEAD


def keeps_a_part(method: str, path: str) -> bool:
    """Whether a body that ends before its stated length is worth giving to the address."""
    return method == "PATCH" and bool(PIECES.match(path))


class BoundedBodies:
    """Refuses a body that is too long (413) or of unknown length (411, 400) by what the request says of it.

    The server reads no more than the length that was stated, so a request that lies is cut off there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve, or refuse without reading."""
        stated = request.META.get("CONTENT_LENGTH") or ""
        most = most_bytes(request.path_info)
        if stated and not stated.isdecimal():
            return _refusal(request, HTTPStatus.BAD_REQUEST, "bad_request", str(NO_NUMBER), most)
        if stated and int(stated) > most:
            return _refusal(
                request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", _sentence(request.path_info), most
            )
        if not stated and "Transfer-Encoding" in request.headers:
            return _refusal(request, HTTPStatus.LENGTH_REQUIRED, "length_required", str(NO_LENGTH), most)
        return self.get_response(request)


def _sentence(path: str) -> str:
    most = most_bytes(path) - MULTIPART_OVERHEAD
    if IMAGES.match(path):
        return gettext("A file may be up to %(most)s MB. Send several files one by one.") % {"most": most // 1024**2}
    if VERIFY.match(path):
        return gettext("A report has less than %(most)s MB.") % {"most": most // 1024**2}
    return gettext("A request to this address may be up to %(most)s kB.") % {"most": most // 1024}


def _refusal(request: HttpRequest, status: HTTPStatus, code: str, sentence: str, most: int) -> HttpResponse:
    """Say it as the caller asked: a problem document, the sentence for a script of a page, or a page."""
    if request.path_info.startswith(API_PREFIXES):
        return problem_json(
            request, status=status, code=code, detail=sentence, details={"max_bytes": most - MULTIPART_OVERHEAD}
        )
    if "text/html" not in request.headers.get("Accept", "") and "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"sentence": sentence, "code": code}, status=status)
    context = {"sentence": sentence, "code": int(status)}
    return HttpResponse(render_to_string("body_refused.html", context), status=status)
