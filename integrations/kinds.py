"""Which settings each kind of connection has, and what has to be known before it is switched on."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation
from integrations.models import ConnectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from integrations.models import Connection

_CARRIED = ("our_application", "our_facility", "their_application", "their_facility")
_NAMES = (*_CARRIED, "is_test", "charset")
_TLS = ("uses_tls", "tls_authority", "tls_certificate", "tls_key")
SETTINGS: Mapping[str, tuple[str, ...]] = {
    ConnectionKind.MLLP_IN: (
        *("port", "networks", *_TLS, *_NAMES, "mapping", "clinics"),
        *("registers_from_adt", "answers_orders"),
    ),
    ConnectionKind.MLLP_OUT: (
        *("host", "port", *_TLS, "ack_timeout", "keeps_open", *_NAMES, "filler_namespace", "mapping", "clinics"),
        *("sends_preliminary", "addendum_is_final", "includes_pdf"),
    ),
    ConnectionKind.FHIR_PUSH: ("address", "secret", "clinics"),
    ConnectionKind.WEBHOOK: ("address", "event_types", "clinics"),
}
"""What is asked of each kind that can be added, in the order in which it is asked; beside the name, which every one has."""
SECRETS = frozenset({"tls_key", "secret"})
"""Settings that are written and never shown."""
_NARROW = 16
"""Bits of the shortest prefix of public addresses that one hospital has to itself."""
_CARRIED_OUT = (*_CARRIED, "filler_namespace")
NEEDED: dict[str, tuple[str, ...]] = {
    ConnectionKind.MLLP_IN: ("port", "networks"),
    ConnectionKind.MLLP_OUT: ("host", "port", *_CARRIED_OUT, "mapping"),
    ConnectionKind.FHIR_PUSH: ("address",),
    ConnectionKind.WEBHOOK: ("address",),
}
"""Settings that may stay empty until a connection is switched on: `missing_settings` asks for them."""


def missing_settings(connection: Connection) -> Iterator[str]:
    """Say in a sentence each what a connection still needs before it can be switched on."""
    if connection.kind in {ConnectionKind.FHIR_PUSH, ConnectionKind.WEBHOOK}:
        yield from _missing_of_web(connection)
        return
    is_in = connection.kind == ConnectionKind.MLLP_IN
    if not is_in and not connection.host:
        yield _("The host of the receiver is missing.")
    if connection.port is None:
        yield _("The port is missing.")
    if is_in and not connection.networks:
        yield _("Say from which networks the other system connects: nobody else is let in.")
    if is_in and _is_open_to_strangers(connection):
        yield _(
            "A network that anybody can be in is allowed. From there take only whoever has a certificate: switch TLS on and give "
            "the certificate of their authority, or name networks of your own."
        )
    if is_in and connection.uses_tls and not connection.tls_certificate:
        yield _("TLS needs our certificate and its key.")
    if not is_in:
        yield from _missing_names(connection)
        yield from _missing_codes(connection)
    elif not _knows_an_authority(connection):
        yield _(
            "No clinic has an assigning authority, here or in the mapping: no patient of a message would have a clinic."
        )


def _is_open_to_strangers(connection: Connection) -> bool:
    """Whether a large part of the internet may connect, and nobody has to prove who they are."""
    if connection.uses_tls and connection.tls_authority:
        return False
    allowed = [ipaddress.ip_network(network) for network in connection.networks]
    return any(network.is_global and network.prefixlen < _NARROW for network in allowed)


def _missing_of_web(connection: Connection) -> Iterator[str]:
    if not connection.address:
        yield _("The address of the receiver is missing.")
    if connection.kind == ConnectionKind.WEBHOOK and not connection.secret:
        yield _("A secret is missing: make one and enter it at the receiver.")


def _missing_names(connection: Connection) -> Iterator[str]:
    missing = [connection.label_of(name) for name in _CARRIED_OUT if not getattr(connection, name)]
    if missing:
        yield _("Names that messages carry are missing: %(names)s.") % {"names": ", ".join(missing)}


def _missing_codes(connection: Connection) -> Iterator[str]:
    if connection.mapping is None:
        yield _("A mapping is missing: without one no code can be looked up.")
    elif connection.mapping.version_at(timezone.now()) is None:
        yield _("No version of the mapping is in force yet.")


def _knows_an_authority(connection: Connection) -> bool:
    """Whether the record numbers of a message can belong to a clinic."""
    version = connection.mapping.version_at(timezone.now()) if connection.mapping is not None else None
    if version is not None and version.rows.get("authorities"):
        return True
    return Organisation.objects.filter(refers_to=connection.laboratory).exclude(hl7_authority="").exists()
