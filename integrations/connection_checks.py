"""Whether the settings of a connection can be what they are given as: networks, certificates, keys."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.utils.translation import gettext as _

from integrations.models import Connection, ConnectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_NETWORKS = 50
_WORD = re.compile(r"[!-~]+")


def faults_of_settings(connection: Connection) -> Iterator[tuple[str, str]]:
    """Say by setting, in sentences, what the fields themselves do not refuse."""
    yield from _faults_of_networks(connection.networks)
    yield from _faults_of_address(connection.address)
    yield from _faults_of_port(connection)
    if connection.kind == ConnectionKind.FHIR_PUSH:
        yield from _faults_of_token(str(connection.secret))
    if connection.mapping is not None and connection.mapping.laboratory_id != connection.laboratory_id:
        yield "mapping", _("Choose a mapping of the laboratory.")
    if connection.tls_authority and not _certificates(connection.tls_authority):
        yield "tls_authority", _("This is no certificate in PEM.")
    if not connection.tls_certificate:
        if connection.tls_key:
            yield "tls_certificate", _("The key needs its certificate.")
        return
    found = _certificates(connection.tls_certificate)
    if not found:
        yield "tls_certificate", _("This is no certificate in PEM.")
    elif not connection.tls_key:
        yield "tls_key", _("The certificate needs its key.")
    elif (problem := _fault_of_key(connection.tls_key, found[0])) is not None:
        yield "tls_key", problem


def _faults_of_networks(networks: object) -> Iterator[tuple[str, str]]:
    if not isinstance(networks, list) or len(networks) > _MOST_NETWORKS:
        yield "networks", _("Give at most %(number)s networks, one a line.") % {"number": _MOST_NETWORKS}
        return
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            yield "networks", _("%(network)s is no network. Write 10.1.2.0/24, or one address.") % {"network": network}


def _faults_of_address(address: str) -> Iterator[tuple[str, str]]:
    if address and not _is_base(address):
        yield "address", _("Give the base of the server, beginning with https and without a name or password in it.")


def _is_base(address: str) -> bool:
    """Whether a request can be made to an address as it stands, in signs of ASCII."""
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    beside = parts.username is not None or parts.password is not None or parts.query or parts.fragment
    return is_web and not beside and _WORD.fullmatch(address) is not None


def _faults_of_token(token: str) -> Iterator[tuple[str, str]]:
    if token and _WORD.fullmatch(token) is None:
        yield "secret", _("A token is letters, digits and signs of ASCII without blanks.")


def _faults_of_port(connection: Connection) -> Iterator[tuple[str, str]]:
    """Whoever listened on the port of another laboratory would be told its patients as soon as that one is paused."""
    if connection.kind != ConnectionKind.MLLP_IN or connection.port is None:
        return
    listening = Connection.objects.filter(kind=ConnectionKind.MLLP_IN, port=connection.port)
    if listening.exclude(laboratory=connection.laboratory_id).exists():
        yield "port", _("Another laboratory of this installation has this port. Choose another.")


def _certificates(pem: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return []


def _fault_of_key(pem: str, certificate: x509.Certificate) -> str | None:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        return _("The key is locked with a password. Give it without one: it is stored encrypted.")
    except (ValueError, UnsupportedAlgorithm):
        return _("This is no key in PEM.")
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        return _("The key is not the one of the certificate.")
    return None
