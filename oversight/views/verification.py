"""The page of verifications: what the last one found, those before it, and asking for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from hematovision import verifications
from hematovision.errors import Conflict, PermissionRefused
from oversight.models import VerificationResult, VerificationRun
from oversight.selectors.findings import found_for
from oversight.services.everything import MOST_FINDINGS, OBJECT_TYPE
from oversight.services.verification_runs import ask_for_verification, may_verify

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

LAST_RUNS = 20


@never_cache
@overseers_only
@require_GET
def verification(request: HttpRequest) -> HttpResponse:
    """Show what the last verification found, and the runs before it."""
    user = signed_in(request)
    record(actor=user, action=Action.VIEW, object_type=OBJECT_TYPE)
    return _show(request, user)


@never_cache
@overseers_only
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Answer with how far the worker is, or have the page loaded anew when it is done."""
    context = _progress()
    answer = render(request, "oversight/partials/verification_progress.html", context)
    if context["run"] is None:
        answer.headers["HX-Refresh"] = "true"
    return answer


@overseers_only
@require_POST
def verify_now(request: HttpRequest) -> HttpResponse:
    """Ask for a verification of everything."""
    user = signed_in(request)
    try:
        ask_for_verification(actor=user)
    except (Conflict, PermissionRefused) as error:
        return _show(request, user, status=error.status, refusal=error.sentence)
    return redirect("oversight:verification")


def _show(request: HttpRequest, user: User, *, status: int = 200, refusal: str = "") -> HttpResponse:
    results = list(VerificationResult.objects.select_related("asked_by")[:LAST_RUNS])
    last = next((result for result in results if not result.problem), None)
    laboratory = user.laboratory
    context: dict[str, Any] = {
        **_progress(),
        "results": [
            {"result": result, "ours": bool(user.is_superuser or _is_of(result, laboratory))} for result in results
        ],
        "last": last,
        "newest": results[0] if results else None,
        "lines": found_for(last, laboratory.pk if laboratory else None) if last else [],
        "most": MOST_FINDINGS,
        "may_verify": may_verify(user),
        "refusal": refusal,
    }
    return render(request, "oversight/verification.html", context, status=status)


def _is_of(result: VerificationResult, laboratory: Any) -> bool:
    """Whether a colleague asked for it, so that their name may be read."""
    return result.asked_by is not None and laboratory is not None and result.asked_by.laboratory == laboratory


def _progress() -> dict[str, Any]:
    return {
        "run": VerificationRun.objects.filter(is_open=True).first(),
        "total": len(verifications.registered()),
    }
