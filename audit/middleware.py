"""Gives every request an id and remembers where it came from."""

from __future__ import annotations

import ipaddress
import re
import uuid
from typing import TYPE_CHECKING

import structlog
from django.conf import settings

from audit import context

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
# An id from a proxy is kept so that its log and ours can be joined; anything that could forge a log line is not.
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class AuditContextMiddleware:
    """Bind `audit.context` for the request; answer with `X-Request-ID`; add `request_id` to every log line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request inside its context."""
        given = request.headers.get(HEADER, "")
        request_id = given if _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex
        # Later middleware that reads the header (request logging) then agrees on the same id.
        request.META["HTTP_X_REQUEST_ID"] = request_id
        request.__dict__.pop("headers", None)  # read from META again: reading the given id cached them
        request.request_id = request_id  # type: ignore[attr-defined]
        where = context.RequestContext(request_id=request_id, ip=client_ip(request), request=request)
        with context.bound(where), structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response[HEADER] = request_id
        return response


def client_ip(request: HttpRequest) -> str | None:
    """Address of the client, or None when the server gave none that parses.

    `X-Forwarded-For` is believed only for as many hops as `TRUSTED_PROXY_COUNT` says, counted from the right:
    everything further left was written by the client.
    """
    hops = int(getattr(settings, "TRUSTED_PROXY_COUNT", 0) or 0)
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    address = forwarded[-hops] if hops and len(forwarded) >= hops else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None
