"""Who may scrape: nobody, unless a token or networks are set; where both are, both are needed."""

from __future__ import annotations

import ipaddress
from hmac import compare_digest
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest


def refusal(request: HttpRequest) -> HTTPStatus | None:
    """The status to refuse `request` with, or None when it may have the metrics."""
    token: str = settings.METRICS_TOKEN
    networks: list[str] = settings.METRICS_NETWORKS
    if not token and not networks:
        return HTTPStatus.NOT_FOUND
    if networks and not _comes_from(request, networks):
        return HTTPStatus.FORBIDDEN
    if token and not _bears(request, token):
        return HTTPStatus.UNAUTHORIZED
    return None


def _comes_from(request: HttpRequest, networks: list[str]) -> bool:
    """Whether the connection itself comes from one of `networks`.

    Whatever a proxy passed on is from outside, although the proxy's own address may well lie in the network.
    """
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in networks)


def _bears(request: HttpRequest, token: str) -> bool:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return kind.lower() == "bearer" and compare_digest(given.strip().encode(), token.encode())
