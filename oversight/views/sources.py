"""The page of sources: which computers send pictures by themselves, when each was heard of last, and what lies there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Source
from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST_SHOWN = 200


@never_cache
@overseers_only
@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """Show the sources of the laboratory of the person and of its clinics, the last heard of first."""
    user = signed_in(request)
    record(actor=user, action=Action.VIEW, object_type=Source._meta.label_lower)
    found = Source.objects.overseen_by(user).select_related("api_client__organisation")
    return render(request, "oversight/sources.html", {"sources": found[:MOST_SHOWN]})
