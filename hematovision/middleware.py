"""What the project adds to an answer after its view, and what it refuses before one."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from hematovision.rest.problems import problem_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase


class HttpsForPrograms:
    """Refuses programs over plain HTTP where a browser is sent to HTTPS (`SECURE_REDIRECT_EXEMPT` leaves them to it).

    A program that is sent on sends its token in the open again with the next request, and nobody notices
    (OWASP ASVS 4.1.2).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        in_the_open = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if not in_the_open or not request.path_info.lstrip("/").startswith(settings.PROGRAM_ADDRESSES):
            return self.get_response(request)
        return problem_json(
            request,
            status=HTTPStatus.FORBIDDEN,
            code="https_required",
            detail="Call this address with https://. What was sent just now could be read on the way: renew its secret.",  # not translated
        )


class OwnOriginOnly:
    """Says of every answer that pages of other sites get nothing of it, whatever they call it (OWASP ASVS 3.5.8)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class MethodNotAllowedPage:
    """Puts a page with a way back where Django answers 405 with nothing.

    An address that only takes a form's POST is opened by who signs in again after their session ended in it, or goes
    to what the address bar still shows. Scripts, which do not ask for HTML, keep the empty answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        if not response.content and "text/html" in request.headers.get("Accept", ""):
            response.content = render_to_string("405.html", {"back": _page_above(request.path_info)})
            response["Content-Type"] = "text/html; charset=utf-8"
        return response


def _page_above(path: str) -> str:
    """The nearest address above `path` that is one: of a form its page, of an action its record. Empty if none is."""
    while len(steps := path.rstrip("/").split("/")) > 2:
        path = "/".join(steps[:-1]) + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return ""
