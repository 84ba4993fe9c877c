"""The page of a case's whole story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases.selectors import visible_case
from cases.services.audit_trail import record_view
from oversight.presenters.timeline import kinds_for, story_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@never_cache
@login_required
@require_GET
def case_timeline(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show everything that happened to a case; `?kind=` narrows, several times for several kinds."""
    case = visible_case(request.user, pk)
    kinds = kinds_for(request.user, case)
    chosen = [code for code in request.GET.getlist("kind") if code in kinds]
    entries = story_of(case, request.user, chosen)
    record_view(actor=request.user, target=case, after={"part": "timeline", "kinds": chosen})
    context = {"case": case, "kinds": kinds, "chosen": chosen, "entries": entries}
    return render(request, "oversight/timeline.html", context)
