"""Where learning begins: what is given, what is open, and how far one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from education.presenters.home import home_context

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Show the sets that the person may answer, and what they have learned."""
    return render(request, "education/home.html", home_context(request.user))
