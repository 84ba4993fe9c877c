"""What the frame of the site says to the script that keeps work."""

from __future__ import annotations

from typing import Any

from django import template

from offline.permissions import may_keep

register = template.Library()


@register.inclusion_tag("offline/partials/frame.html")
def kept_work(user: Any) -> dict[str, Any]:
    """Show the line on what this browser keeps; the script fills it in."""
    return {"person": str(user.pk) if getattr(user, "is_authenticated", False) else "", "may_keep": may_keep(user)}
