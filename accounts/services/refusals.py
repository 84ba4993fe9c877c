"""Refusals of the REST API in the audit trail: who asked for what, and what was missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from audit.models import Action, Outcome
from audit.services import record

if TYPE_CHECKING:
    from rest_framework.request import Request

_SAME_REFUSAL_SECONDS = 60
_ACTIONS = {"POST": Action.CREATE, "PUT": Action.UPDATE, "PATCH": Action.UPDATE, "DELETE": Action.DELETE}


def record_refusal(*, request: Request, method: str, missing: str) -> None:
    """Write that the caller was refused; `missing` says what for want of which, in a sentence.

    The same refusal once a minute: a client that keeps asking must not fill the audit trail and hold its lock.
    What DRF asks itself on behalf of OPTIONS is nobody's request and is not written.
    """
    # DRF keeps the request as it came under this name.
    if request.method != getattr(request, "_request", request).method:
        return
    match: Any = getattr(request, "resolver_match", None)
    route = match.view_name if match else ""
    if not cache.add(f"accounts.refused.{request.user.pk}.{method}.{route}", 1, timeout=_SAME_REFUSAL_SECONDS):
        return
    record(
        actor=request.user,
        action=_ACTIONS.get(method, Action.VIEW),
        object_type=route,
        object_id=str(match.kwargs.get("pk", "")) if match else "",
        outcome=Outcome.DENIED,
        reason=missing,
        after={"method": method},
    )
