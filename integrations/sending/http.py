"""Requests to addresses that people typed: none may lead into a network of ours.

The name is resolved once, every address it has is judged, and the connection goes to an address that was judged: a name that
means something else a moment later reaches nothing. Nothing is followed, and no proxy of the environment is asked.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from integrations.said import gettext_noop
from integrations.sending.tls import client_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    _Address = ipaddress.IPv4Address | ipaddress.IPv6Address

TIMEOUT_SECONDS = 10
"""For the whole of a request, from the name to the last byte."""
MOST_BYTES_OF_ANSWER = 1024
_NO_ADDRESS = gettext_noop("No request can be made to this address, or with this token.")
_EMBEDDING = tuple(ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""Addresses of IPv6 that stand for one of IPv4."""


class RefusedAddressError(ValueError):
    """Nothing is sent to this address, for the reason in the sentence."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered: the status, and the first kilobyte."""

    status: int
    body: bytes = field(default=b"", repr=False)


def send(
    method: str,
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    timeout: float = TIMEOUT_SECONDS,
    context: ssl.SSLContext | None = None,
) -> Reply:
    """Make one request. Redirects are an answer like others.

    Raises `RefusedAddressError` for an address that is not public, or is without TLS, and lies in none of
    HEMATOVISION_WEBHOOK_NETWORKS; `OSError` where nobody answers in time; `http.client.HTTPException` for what is no answer.
    """
    try:
        return _send(method, url, body, headers, timeout, context)
    except (RefusedAddressError, OSError):  # a certificate that is not trusted is a ValueError, too
        raise
    except ValueError:
        # A port or a name that cannot be, a letter that no request has. What it says may quote a header: it goes no further.
        raise RefusedAddressError(_NO_ADDRESS) from None


def _send(
    method: str, url: str, body: bytes, headers: Mapping[str, str], timeout: float, context: ssl.SSLContext | None
) -> Reply:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise RefusedAddressError(gettext_noop("The address is no web address, or holds a name and a password."))
    is_secret = parts.scheme == "https"
    port = parts.port or (443 if is_secret else 80)
    address = allowed_address(parts.hostname, port, with_tls=is_secret)
    channel = _Pinned(
        parts.hostname, port, address, timeout, (context or client_context(authority="")) if is_secret else None
    )
    # The time-out of a socket is for each of its steps: a receiver that says a letter now and then is cut off here.
    watch = threading.Timer(timeout, channel.cut_off)
    watch.daemon = True
    watch.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        channel.request(method, path, body=body, headers={**headers, "Connection": "close"})
        answer = channel.getresponse()
        return Reply(answer.status, answer.read(MOST_BYTES_OF_ANSWER))
    except (OSError, http.client.HTTPException):
        if channel.was_cut_off:
            raise TimeoutError from None
        raise
    finally:
        watch.cancel()
        channel.close()


def allowed_address(host: str, port: int, *, with_tls: bool) -> str:
    """Return the address to connect to; raises `RefusedAddressError`, and `OSError` for a name that nobody knows.

    Where one of several addresses is refused all of them are: what is chosen must not depend on their order.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    for address in addresses:
        if _is_listed(address):
            continue
        if not with_tls:
            raise RefusedAddressError(gettext_noop("Only addresses with TLS (https) are sent to."))
        if not _is_public(address):
            raise RefusedAddressError(
                gettext_noop(
                    "The address is not a public one. Whoever operates the installation can allow its network."
                )
            )
    return str(addresses[0])


def _is_listed(address: _Address) -> bool:
    return any(address in ipaddress.ip_network(network) for network in settings.WEBHOOK_NETWORKS)


def _is_public(address: _Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return _is_public(mapped)
    # Python takes the addresses that once were those of a site for public ones.
    if any(address in network for network in _EMBEDDING) or getattr(address, "is_site_local", False):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was judged, under the name that was asked for."""

    def __init__(self, host: str, port: int, address: str, timeout: float, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address = address
        self._context = context
        self.was_cut_off = False
        self.default_port = 443 if context is not None else 80

    def connect(self) -> None:
        """Connect to the address, and prove that the name is that of the receiver."""
        plain = socket.create_connection((self._address, self.port), timeout=self.timeout)
        self.sock = plain
        if self._context is not None:
            self.sock = self._context.wrap_socket(plain, server_hostname=self.host)

    def cut_off(self) -> None:
        """End a request that takes too long, from another thread."""
        self.was_cut_off = True
        if self.sock is not None:
            with contextlib.suppress(OSError):  # it has ended meanwhile
                self.sock.shutdown(socket.SHUT_RDWR)
