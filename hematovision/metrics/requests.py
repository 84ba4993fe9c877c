"""How many requests each view answered, how, and how long they took."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from prometheus_client import Counter, Histogram

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

# Every value of a label is a series in every process for as long as it lives: what a caller can choose freely (the method,
# an address that does not exist) goes under one name.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
NO_VIEW = "none"

REQUESTS = Counter("hematovision_http_requests", "Requests answered.", ["view", "method", "status"])
SECONDS = Histogram(
    "hematovision_http_request_seconds",
    "Seconds until the answer began.",
    ["view"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


class CountRequests:
    """Counts each request with its view, method and status. The first middleware, so that no answer passes it by.

    An address without a view (static files, unknown addresses, refusals before any routing) counts as `none`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve and count."""
        began = perf_counter()
        response = self.get_response(request)
        view = view_of(request)
        method = request.method if request.method in METHODS else OTHER
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        SECONDS.labels(view).observe(perf_counter() - began)
        return response


def view_of(request: HttpRequest) -> str:
    """The name of the view that answered, never the address: that holds keys of records."""
    match = request.resolver_match
    return NO_VIEW if match is None else match.view_name or NO_VIEW
