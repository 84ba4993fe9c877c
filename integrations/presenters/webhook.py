"""What a webhook says: the event of the feed by its ids, versions and times; never a name, a number of a patient or a result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from integrations.models import FeedEvent

TEST = "connection.test"
"""The type of one that a person asked for, to see whether it arrives."""
_IDS = ("laboratory", "clinic", "order", "case", "patient", "image", "report")


def notice_of(event: FeedEvent) -> bytes:
    """Return the body for an event."""
    data: dict[str, Any] = {"event": str(event.event_id)}
    for name in _IDS:
        value = getattr(event, f"{name}_id")
        if value is not None:
            data[name] = str(value)
    if event.report is not None:
        data["version"] = event.report.version
    return _body(event.type, event.created_at, data)


def test_notice(connection_id: str, at: dt.datetime) -> bytes:
    """Return the body of a test."""
    return _body(TEST, at, {"connection": connection_id})


def _body(kind: str, at: dt.datetime, data: dict[str, Any]) -> bytes:
    said = {"type": kind, "timestamp": at.isoformat(), "data": data}
    return json.dumps(said, separators=(",", ":")).encode("ascii")
