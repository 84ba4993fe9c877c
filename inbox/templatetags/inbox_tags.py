"""What other pages show of deliveries: the count beside Inbox, and who has a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from inbox.critical_limits import class_of
from inbox.presenters import receivers_context
from inbox.selectors import waiting_count

if TYPE_CHECKING:
    from cases.models import Case
    from inbox.models import Delivery

register = template.Library()


@register.simple_tag(takes_context=True)
def inbox_waiting(context: dict[str, Any]) -> str:
    """Return how many reports wait for this person's organisation to acknowledge them; nothing for none."""
    request: Any = context["request"]
    # The places are on every page, and twice: in the bar and in the menu.
    if not hasattr(request, "inbox_waiting"):
        request.inbox_waiting = waiting_count(request.user)
    return str(request.inbox_waiting)


@register.inclusion_tag("inbox/partials/panel.html", takes_context=True)
def inbox_panel(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """Show who received which version of the report of `case` and what they did with it."""
    return receivers_context(case, context["user"])


@register.simple_tag
def critical_of(delivery: Delivery, class_code: str) -> bool:
    """Return whether a critical finding of the delivery is about this class of cells."""
    return any(class_of(finding["code"]) == class_code for finding in delivery.findings)
