"""The list of reports that came in, or, for the laboratory, that went out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.services.audit_trail import record_list
from hematovision.paging import CappedPaginator, rows_of
from inbox.models import Delivery
from inbox.permissions import may_read_limits, sees_sent_reports
from inbox.selectors import deliveries_listed_to, with_what_a_line_shows

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest
    from inbox.models.delivery import DeliveryQuerySet

_PER_PAGE = 50
_TABS = (("waiting", _("To acknowledge")), ("done", _("Done")), ("all", _("All")))


@never_cache
@login_required
@require_safe
def inbox(request: AuthenticatedRequest) -> HttpResponse:
    """Show what waits for an acknowledgement first, critical results before the rest."""
    of_laboratory = sees_sent_reports(request.user)
    listed = deliveries_listed_to(request.user)
    tab = request.GET.get("show", "")
    tab = tab if tab in dict(_TABS) else "waiting"
    ids = _narrowed(listed, tab).values_list("pk", flat=True)
    page = CappedPaginator(ids, _PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = rows_of(page, with_what_a_line_shows(Delivery.objects.all()))
    record_list(actor=request.user, object_type="inbox.delivery", count=len(page.object_list))
    context: dict[str, Any] = {
        "page": page,
        "tab": tab,
        "tabs": _TABS,
        "waiting": listed.waiting().order_by().count(),
        "of_laboratory": of_laboratory,
        "shows_limits": may_read_limits(request.user),
    }
    return render(request, "inbox/inbox.html", context)


def _narrowed(deliveries: DeliveryQuerySet, tab: str) -> DeliveryQuerySet:
    if tab == "waiting":
        return deliveries.waiting().most_pressing_first()
    if tab == "done":
        return deliveries.filter(settled_at__isnull=False)
    return deliveries
