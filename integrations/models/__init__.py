"""The tables of integrations."""

from integrations.models.feed_event import EventType, FeedEvent, FeedEventQuerySet
from integrations.models.feed_head import FeedHead

__all__ = ["EventType", "FeedEvent", "FeedEventQuerySet", "FeedHead"]
