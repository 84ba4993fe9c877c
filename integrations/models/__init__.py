"""The tables of integrations."""

from integrations.models.connection import (
    OUTGOING_KINDS,
    RESULT_KINDS,
    Charset,
    Connection,
    ConnectionKind,
    ConnectionQuerySet,
    ConnectionState,
)
from integrations.models.feed_event import EventType, FeedEvent, FeedEventQuerySet
from integrations.models.feed_head import FeedHead
from integrations.models.listener_heartbeat import ListenerHeartbeat
from integrations.models.mapping import Mapping, MappingQuerySet, MappingVersion
from integrations.models.message import (
    DELIVERED_STATES,
    STUCK_STATES,
    WAITING_STATES,
    Attempt,
    AttemptOutcome,
    Direction,
    Message,
    MessageQuerySet,
    MessageState,
)

__all__ = [
    "DELIVERED_STATES",
    "OUTGOING_KINDS",
    "RESULT_KINDS",
    "STUCK_STATES",
    "WAITING_STATES",
    "Attempt",
    "AttemptOutcome",
    "Charset",
    "Connection",
    "ConnectionKind",
    "ConnectionQuerySet",
    "ConnectionState",
    "Direction",
    "EventType",
    "FeedEvent",
    "FeedEventQuerySet",
    "FeedHead",
    "ListenerHeartbeat",
    "Mapping",
    "MappingQuerySet",
    "MappingVersion",
    "Message",
    "MessageQuerySet",
    "MessageState",
]
