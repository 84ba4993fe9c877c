"""Where learning begins: the sets there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from education.models import TeachingSet

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Show the sets that the person may answer."""
    return render(request, "education/home.html", {"sets": TeachingSet.objects.visible_to(request.user)})
