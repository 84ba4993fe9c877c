"""What every page asks of Try: whether its place is in the bar."""

from __future__ import annotations

from typing import Any

from django import template

from sandbox.permissions import may_try

register = template.Library()


@register.filter
def tries_pictures(user: Any) -> bool:
    """Return whether `user` may try pictures."""
    return may_try(user)
