"""Which specimens were rejected, by clinic and reason, and how the share went week by week."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from cases.models import SpecimenReason, SpecimenRejection
from oversight.plots import rejection_chart
from oversight.selectors.rejections import rejections_since

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PERIODS = (30, 90, 365)
"""Days to choose from; the one in the middle where nothing is chosen."""


@never_cache
@overseers_only
@require_GET
def rejections(request: HttpRequest) -> HttpResponse:
    """Show the rejections of the laboratory of the person, or of the installation, over a period."""
    user = signed_in(request)
    days = next((each for each in PERIODS if request.GET.get("days") == str(each)), PERIODS[1])
    laboratory = user.laboratory.pk if user.laboratory is not None else None
    found = rejections_since(timezone.now() - timedelta(days=days), laboratory=laboratory)
    kind = SpecimenRejection._meta.label_lower
    record(actor=user, action=Action.VIEW, object_type=kind, after={"listed": found.whole.rejected, "days": days})
    context = {
        "found": found,
        "days": days,
        "periods": PERIODS,
        "reasons": list(SpecimenReason),
        "by_reason": [
            (reason.value, reason.label, found.whole.reasons[reason.value])
            for reason in SpecimenReason
            if found.whole.reasons[reason.value]
        ],
        "chart": rejection_chart([(line.name, line.rejected, line.came) for line in found.weeks]),
    }
    return render(request, "oversight/rejections.html", context)
