"""What somebody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from education.permissions import may_learn
from education.presenters.knowledge import knowledge_context

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_safe
def progress(request: AuthenticatedRequest) -> HttpResponse:
    """Show the person's own figures, beside those of the people they learn with."""
    if not may_learn(request.user):
        raise Http404
    return render(request, "education/progress.html", knowledge_context(request.user))
