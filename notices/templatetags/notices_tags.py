"""The bell of the top bar."""

from __future__ import annotations

from typing import Any

from django import template

from notices.selectors import unread_of

register = template.Library()


@register.inclusion_tag("notices/partials/bell.html", takes_context=True)
def notices_bell(context: dict[str, Any]) -> dict[str, Any]:
    """Show the bell with the number of unread notifications; it asks again by itself."""
    return unread_of(context["user"]) | {"path": context["request"].path}
