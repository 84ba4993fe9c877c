"""What somebody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from education.permissions import may_learn
from education.presenters.knowledge import knowledge_context
from education.services.practice import start_practice
from hematovision.errors import DomainError, NotFound

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


@login_required
@require_POST
def practise(request: AuthenticatedRequest, one: str, other: str) -> HttpResponse:
    """Begin practice with two classes that are mixed up."""
    try:
        attempt = start_practice(actor=request.user, one=one, other=other)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.sentence)
        return redirect("education:progress")
    return redirect("education:attempt", attempt.pk)
