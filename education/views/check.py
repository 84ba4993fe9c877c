"""A page for everybody: is this training certificate valid? It needs no account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.models import Action
from audit.services import record
from education.presenters.certificates import checked
from education.selectors.certificates import find_certificate
from reports.services.check_limit import asked_too_often

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@require_safe
def check(request: HttpRequest, content_hash: str) -> HttpResponse:
    """Say whether the certificate of a hash is valid, revoked or unknown."""
    if asked_too_often(request):
        return render(request, "education/check.html", {"too_often": True}, status=429)
    found = find_certificate(content_hash)
    context = checked(found, request.user)
    if found is not None:
        record(
            actor=request.user,
            action=Action.VERIFY,
            target=found,
            after={"standing": str(context["standing"])},
            laboratory_id=found.laboratory_id,
        )
    return render(request, "education/check.html", context, status=200 if found is not None else 404)
