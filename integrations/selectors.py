"""Reads of the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.models import FeedEvent

if TYPE_CHECKING:
    import uuid

    from accounts.models import User


def position_of(user: User, event_id: uuid.UUID) -> int | None:
    """Return the position of an event of the organisation of `user`; None for any other.

    It need not be visible any more: a restriction of its patient must not stop those who follow the feed.
    """
    events = FeedEvent.objects.of_organisation(user.organisation).numbered()
    return events.filter(event_id=event_id).values_list("position", flat=True).first()
