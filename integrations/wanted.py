"""Which events become messages over which connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.models import ConnectionKind, EventType

if TYPE_CHECKING:
    from integrations.models import Connection

REPORT_EVENTS = frozenset(
    {EventType.REPORT_SIGNED, EventType.REPORT_CORRECTED, EventType.REPORT_APPENDED, EventType.REPORT_WITHDRAWN}
)
REJECTION_EVENTS = frozenset({EventType.ORDER_REJECTED, EventType.CASE_REJECTED})
IN_WORK_EVENTS = frozenset({EventType.CASE_SUBMITTED, EventType.CASE_READY})


def wanted_types(connection: Connection) -> frozenset[EventType]:
    """Return the types of events that become messages over a connection; none for kinds over which nothing leaves."""
    if connection.kind == ConnectionKind.MLLP_OUT:
        more = IN_WORK_EVENTS if connection.sends_preliminary else frozenset()
        return REPORT_EVENTS | REJECTION_EVENTS | more
    if connection.kind == ConnectionKind.WEBHOOK:
        return frozenset(EventType(kind) for kind in connection.event_types or EventType.values)
    return REPORT_EVENTS if connection.kind == ConnectionKind.FHIR_PUSH else frozenset()
