"""The way to the receiver of a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.models import ConnectionKind
from integrations.sending.fhir import FhirLink
from integrations.sending.mllp import MllpLink, Receiver
from integrations.sending.webhook import WebhookLink

if TYPE_CHECKING:
    from integrations.models import Connection
    from integrations.sending.told import Link


def link_of(connection: Connection) -> Link:
    """Return a link to the receiver of a connection; nothing is opened yet."""
    if connection.kind == ConnectionKind.FHIR_PUSH:
        return FhirLink(connection.address, secret=connection.secret)
    if connection.kind == ConnectionKind.WEBHOOK:
        return WebhookLink(connection.address, [connection.secret, connection.former_secret])
    return MllpLink(
        Receiver(
            host=connection.host,
            port=connection.port or 0,
            ack_timeout=connection.ack_timeout,
            keeps_open=connection.keeps_open,
            uses_tls=connection.uses_tls,
            authority=connection.tls_authority,
            certificate=connection.tls_certificate,
            key=connection.tls_key,
        )
    )
