"""The bell of the top bar, and how kinds of notifications look."""

from __future__ import annotations

from typing import Any

from django import template

from notices.models import Notification

register = template.Library()

MOST_SHOWN = 99
"""A higher number tells nobody more."""


def bell_context(user: Any) -> dict[str, Any]:
    """Return what the bell shows: how much is unread, counted to one past `MOST_SHOWN`."""
    unread = Notification.objects.visible_to(user).unread().order_by()[: MOST_SHOWN + 1].count()
    return {"unread": unread, "shown": f"{MOST_SHOWN}+" if unread > MOST_SHOWN else str(unread)}


@register.inclusion_tag("notices/partials/bell.html", takes_context=True)
def notices_bell(context: dict[str, Any]) -> dict[str, Any]:
    """Show the bell with the number of unread notifications; it asks again by itself."""
    return bell_context(context["user"]) | {"path": context["request"].path}
