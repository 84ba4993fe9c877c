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
from cases.models import SpecimenRejection
from oversight.plots import rejection_chart
from oversight.selectors.rejections import SHORT_NAMES, rejections_since
from oversight.views.periods import PERIODS, days_asked

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@overseers_only
@require_GET
def rejections(request: HttpRequest) -> HttpResponse:
    """Show the rejections of the laboratory of the person, or of the installation, over a period."""
    user = signed_in(request)
    days = days_asked(request)
    laboratory = user.laboratory.pk if user.laboratory is not None else None
    found = rejections_since(timezone.now() - timedelta(days=days), laboratory=laboratory)
    kind = SpecimenRejection._meta.label_lower
    record(actor=user, action=Action.VIEW, object_type=kind, after={"listed": found.whole.rejected, "days": days})
    context = {
        "found": found,
        "days": days,
        "periods": PERIODS,
        "names": [SHORT_NAMES[reason] for reason in found.reasons],
        "by_reason": [(reason.label, found.whole.reasons[reason.value]) for reason in found.reasons],
        "by_clinic": [
            (line, [(SHORT_NAMES[reason], line.reasons[reason.value]) for reason in found.reasons])
            for line in found.clinics
        ],
        "chart": rejection_chart([(line.name, line.rejected, line.came) for line in found.weeks]),
    }
    return render(request, "oversight/rejections.html", context)
