"""Who has the report of a case, as the pages of the case and of the report show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from inbox.models import Delivery
from inbox.permissions import may_acknowledge

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from accounts.models import User
    from cases.models import Case


def receivers_context(case: Case, user: User) -> dict[str, Any]:
    """Return the deliveries of a case, the newest version first, and those that `user` may acknowledge now."""
    deliveries = list(
        Delivery.objects.filter(case=case)
        .select_related("report", "organisation", "acknowledgement", "opened_by")
        .order_by("-report__version", "organisation__name")
    )
    return {
        "deliveries": deliveries,
        "mine": [each for each in deliveries if each.waits and may_acknowledge(user, each)],
    }


def receivers_panel(case: Case, user: User) -> SafeString:
    """Return the panel as HTML; empty while the report was sent to nobody."""
    return render_to_string("inbox/partials/panel.html", receivers_context(case, user))
