"""What other pages show of deliveries: the count beside Inbox, and who has a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from inbox.critical import MEASURES
from inbox.models import Delivery
from inbox.permissions import may_acknowledge, may_receive

if TYPE_CHECKING:
    from cases.models import Case

register = template.Library()

MOST_SHOWN = 99
"""A higher number tells nobody more."""


@register.simple_tag(takes_context=True)
def inbox_waiting(context: dict[str, Any]) -> str:
    """Return how many reports wait for this person's organisation to acknowledge them; nothing for none."""
    request: Any = context["request"]
    # The places are on every page, and twice: in the bar and in the menu.
    if not hasattr(request, "inbox_waiting"):
        request.inbox_waiting = _waiting_for(request.user)
    return str(request.inbox_waiting)


def _waiting_for(user: Any) -> str:
    if not user.is_authenticated or not may_receive(user):
        return ""
    # By the column alone, not through the cases.
    waiting = Delivery.objects.unsettled().filter(organisation=user.organisation_id)
    count = waiting.order_by()[: MOST_SHOWN + 1].count()
    return f"{MOST_SHOWN}+" if count > MOST_SHOWN else str(count or "")


@register.inclusion_tag("inbox/partials/panel.html", takes_context=True)
def inbox_panel(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """Show who received which version of the report of `case` and what they did with it."""
    user = context["user"]
    deliveries = list(
        Delivery.objects.filter(case=case)
        .select_related("report", "organisation", "acknowledgement", "opened_by")
        .order_by("-report__version", "organisation__name")
    )
    return {
        "deliveries": deliveries,
        "mine": [each for each in deliveries if each.waits and may_acknowledge(user, each)],
    }


@register.simple_tag
def critical_of(delivery: Delivery, class_code: str) -> bool:
    """Return whether a critical finding of the delivery is about this class of cells."""
    rows = {measure.code: measure.row or "erythroblast" for measure in MEASURES}
    return any(rows.get(finding["code"]) == class_code for finding in delivery.findings)
