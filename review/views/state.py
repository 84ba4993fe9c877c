"""The state of a case's workspace, and the lease on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.http import JsonResponse

from accounts.requests import signed_in
from cases.services.audit_trail import record_view
from review.selectors import lease_state, workspace_state
from review.services import leases, reanalysis
from review.views.endpoints import json_endpoint, readable_case

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from accounts.models import User
    from cases.models import Case

_SAME_LOOK_SECONDS = 15 * 60


@json_endpoint("GET", "HEAD")
def state(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Answer with everything the workspace shows."""
    case, user = readable_case(request, pk), signed_in(request)
    # The page asks again whenever it comes back to the front: one event a quarter of an hour says it.
    if cache.add(f"review.look.{user.pk}.{case.pk}", 1, timeout=_SAME_LOOK_SECONDS):
        record_view(actor=user, target=case, after={"part": "review"})
    return JsonResponse(workspace_state(case, user))


@json_endpoint("POST")
def claim(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Claim the case for the reviewer."""
    case, user = readable_case(request, pk), signed_in(request)
    leases.claim(actor=user, case=case)
    return JsonResponse(_held(case, user))


@json_endpoint("POST")
def release(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Let go of the case."""
    case, user = readable_case(request, pk), signed_in(request)
    leases.release(actor=user, case=case)
    return JsonResponse(_held(case, user))


@json_endpoint("POST")
def heartbeat(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Renew the lease of a reviewer whose window is open."""
    case, user = readable_case(request, pk), signed_in(request)
    leases.extend(actor=user, case=case)
    return JsonResponse(_held(case, user))


@json_endpoint("POST")
def reanalyse(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Accept a re-analysis by the model in use."""
    case, user = readable_case(request, pk), signed_in(request)
    images = reanalysis.accept_newer_model(actor=user, case=case)
    return JsonResponse({"images": images, **_held(case, user)}, status=202)


def _held(case: Case, user: User) -> dict[str, Any]:
    return {"case": {"id": str(case.pk), "state": str(case.state)}, "lease": lease_state(case, user)}
