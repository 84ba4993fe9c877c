"""What the project adds to an answer after its view."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase


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
