"""Which results the laboratory calls critical."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.services.audit_trail import record_list
from hematovision.errors import DomainError
from inbox.critical_limits import MEASURES
from inbox.models import CriticalLimits
from inbox.permissions import may_read_limits, may_set_limits
from inbox.selectors import limits_of
from inbox.services import set_critical_limits

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def critical_limits(request: AuthenticatedRequest) -> HttpResponse:
    """Show the limits to the laboratory's people; its administrators change them."""
    laboratory = request.user.organisation
    if laboratory is None or not may_read_limits(request.user):
        raise PermissionDenied(_("Critical limits are read by the people of a laboratory."))
    if request.method != "POST":
        record_list(actor=request.user, object_type="inbox.criticallimits", count=len(MEASURES))
        return _page(request, _stored(request))
    typed = {
        measure.code: {side: request.POST.get(f"{measure.code}-{side}", "") for side in ("low", "high")}
        for measure in MEASURES
        if f"{measure.code}-low" in request.POST and f"{measure.code}-high" in request.POST
    }
    try:
        set_critical_limits(actor=request.user, laboratory=laboratory, limits=typed)
    except DomainError as error:
        return _page(request, _stored(request) | typed, error=error)
    messages.success(request, _("The limits hold for reports signed from now on."))
    return redirect("inbox:limits")


def _stored(request: AuthenticatedRequest) -> dict[str, dict[str, str]]:
    return {
        code: {"low": _text(limit.low), "high": _text(limit.high)}
        for code, limit in limits_of(request.user.organisation_id).items()
    }


def _text(limit: Any) -> str:
    return "" if limit is None else f"{limit:f}"


def _page(
    request: AuthenticatedRequest, limits: dict[str, dict[str, str]], *, error: DomainError | None = None
) -> HttpResponse:
    errors: Any = error.details.get("errors", {}) if error else {}
    rows = [
        {
            "measure": measure,
            "low": limits[measure.code]["low"],
            "high": limits[measure.code]["high"],
            "low_error": errors.get(f"{measure.code}-low", ""),
            "high_error": errors.get(f"{measure.code}-high", ""),
        }
        for measure in MEASURES
    ]
    stored = CriticalLimits.objects.filter(laboratory=request.user.organisation_id).select_related("changed_by").first()
    context = {
        "rows": rows,
        "error": error,
        "stored": stored,
        "laboratory": request.user.organisation,
        "may_change": may_set_limits(request.user, request.user.organisation),
    }
    return render(request, "inbox/limits.html", context, status=error.status if error else 200)
