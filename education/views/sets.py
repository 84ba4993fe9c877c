"""The page of one set, and its beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from education.models import AssignmentKind, Attempt, AttemptState, TeachingSet
from education.passing import FEWEST_ANSWERS
from education.permissions import may_teach
from education.presenters.choices import choices_of
from education.services.attempts import assignment_for, start_attempt
from education.services.questions import askable
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_safe
def set_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Say what a set asks, and how; of one that somebody answered before, still when it has closed."""
    found = TeachingSet.objects.visible_to(request.user).filter(pk=pk).first()
    if found is not None:
        return render(request, "education/set.html", _context(request, found))
    # It has closed, or is not given to them any more: whoever answered it comes to their results by it.
    answered = Attempt.objects.of(request.user).select_related("teaching_set").filter(teaching_set=pk).first()
    if answered is None:
        raise Http404
    context = _context(request, answered.teaching_set) | {"only_answered": True}
    return render(request, "education/set.html", context)


@login_required
@require_POST
def start(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Begin an attempt, or go on with the one under way."""
    found = _visible(request, pk)
    try:
        attempt = start_attempt(actor=request.user, teaching_set=found)
    except DomainError as error:
        context = _context(request, found) | {"refusal": error.sentence}
        return render(request, "education/set.html", context, status=error.status)
    return redirect("education:attempt", attempt.pk)


def _visible(request: AuthenticatedRequest, pk: UUID) -> TeachingSet:
    found = TeachingSet.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _context(request: AuthenticatedRequest, found: TeachingSet) -> dict[str, Any]:
    mine = Attempt.objects.of(request.user).filter(teaching_set=found)
    assignment = assignment_for(request.user, found)
    tested = assignment is not None and assignment.kind == AssignmentKind.PROFICIENCY
    cells = askable(found, request.user).count()
    asked = cells if found.listed.exists() else min(cells, found.length)
    now = timezone.now()
    return {
        "set": found,
        "assignment": assignment,
        "tested": tested,
        "choices": choices_of(found, request.user),
        "cells": asked,
        "needed": FEWEST_ANSWERS if found.certificate and asked < FEWEST_ANSWERS else None,
        "running": mine.filter(state=AttemptState.RUNNING).first(),
        "ended": mine.exclude(state=AttemptState.RUNNING)[:5],
        "is_open": found.is_answered_at(now),
        "not_open_yet": found.opens_at is not None and found.opens_at > now,
        "once": tested or not found.repeats,
        "may_export": may_teach(request.user),
    }
