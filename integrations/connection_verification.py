"""Whether connections and the versions of mappings are what people saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from cases.crypto import UndecryptableValueError
from integrations.models import Connection, MappingVersion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hematovision.verifications import Found

_SAID = (
    *("pk", "laboratory_id", "name", "kind", "state", "state_reason", "paused_until", "version", "saved_by_id"),
    *("host", "port", "address", "networks", "uses_tls", "tls_authority", "tls_certificate", "ack_timeout"),
    *("keeps_open", "our_application", "our_facility", "their_application", "their_facility", "filler_namespace"),
    *("is_test", "charset", "mapping_id", "sends_preliminary", "addendum_is_final", "includes_pdf"),
    *("registers_from_adt", "answers_orders", "event_types"),
)
"""Keys and secrets stay out: one that was changed fails at the next message. So do the marks of whoever sends."""


def connection_digest(connection: Connection) -> str:
    """The fingerprint of what people say of a connection, its state and its clinics included."""
    said = [getattr(connection, name) for name in _SAID]
    return fingerprint([(*said, sorted(str(clinic.pk) for clinic in connection.clinics.all()))])


def mapping_version_digest(version: MappingVersion) -> str:
    """The fingerprint of one version of a mapping."""
    return fingerprint(
        [
            (
                version.pk,
                version.mapping_id,
                version.number,
                version.effective_from,
                version.rows,
                version.note,
                version.saved_by_id,
            )
        ]
    )


CONNECTIONS = KeptRows(Connection, connection_digest, prefetched=("clinics",), unreadable=(UndecryptableValueError,))
MAPPING_VERSIONS = KeptRows(MappingVersion, mapping_version_digest)


def check_connections() -> Iterator[Found]:
    """Every connection and every version of a mapping is as it was saved."""
    yield from CONNECTIONS.check()
    yield from MAPPING_VERSIONS.check()
