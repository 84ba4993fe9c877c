"""Reads of notifications that pages share."""

from __future__ import annotations

from typing import Any

from notices.models import Notification

_MOST_COUNTED = 99


def unread_of(user: Any) -> dict[str, Any]:
    """Return how much of what `user` was told is unread: `unread`, and `shown` as text, "99+" for more."""
    unread = Notification.objects.visible_to(user).unread().order_by()[: _MOST_COUNTED + 1].count()
    return {"unread": unread, "shown": f"{_MOST_COUNTED}+" if unread > _MOST_COUNTED else str(unread)}
