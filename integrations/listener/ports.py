"""The connections over which messages come in, as ports to listen on, and one message of them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from integrations.listener.tls import Certificates
from integrations.models import Connection, ConnectionKind
from integrations.services.incoming import take

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Port:
    """Where to listen for one connection, and to whom. Two that are equal need not be opened again."""

    connection: UUID
    name: str
    host: str
    port: int
    networks: tuple[str, ...]
    certificates: Certificates | None

    def admits(self, address: str) -> bool:
        """Whether somebody at an IP address may connect: those of the networks of the connection, and nobody else."""
        caller = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(caller, ipaddress.IPv6Address) and caller.ipv4_mapped is not None:
            caller = caller.ipv4_mapped
        return any(caller in ipaddress.ip_network(network, strict=False) for network in self.networks)


def ports_in_use() -> list[Port]:
    """Return a port for every incoming connection that is on. One that is paused is closed: its senders wait."""
    now = timezone.now()
    found = Connection.objects.in_use().filter(kind=ConnectionKind.MLLP_IN, port__isnull=False).order_by("pk")
    return [_port_of(connection) for connection in found if connection.sends_at(now)]


def take_over(connection_id: UUID, content: bytes) -> bytes:
    """Take one message that came in over a port.

    Raises as `take`, and `ConnectionAbortedError` where the connection was switched off or paused since the port was opened.
    """
    connection, now = Connection.objects.select_related("service_user").get(pk=connection_id), timezone.now()
    if not connection.sends_at(now):
        raise ConnectionAbortedError
    return take(connection, content, now)


def _port_of(connection: Connection) -> Port:
    certificates = None
    if connection.uses_tls:
        certificates = Certificates(
            connection.tls_certificate, str(connection.tls_key), authority=connection.tls_authority
        )
    return Port(
        connection=connection.pk,
        name=connection.name,
        host=connection.host or settings.MLLP_HOST,
        port=connection.port or 0,
        networks=tuple(connection.networks),
        certificates=certificates,
    )
