"""The pages of a timed differential: calling its cells, and its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from education.models import Attempt, AttemptState, SetKind
from education.presenters.differential import differential_context, differential_result_context
from education.services.differentials import (
    Entry,
    call_cell,
    finish_differential,
    finish_when_closed,
    save_entries,
    take_back,
)
from education.views.bodies import EntriesBody
from hematovision.errors import DomainError, NotFound
from hematovision.rest.bodies import json_body

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.requests import AuthenticatedRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def differential_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show a differential under way; take a call, an undo or the end from its forms."""
    if request.method == "POST":
        try:
            if "finish" in request.POST:
                finish_differential(actor=request.user, attempt=pk)
            elif "undo" in request.POST:
                take_back(actor=request.user, attempt=pk)
            else:
                call_cell(
                    actor=request.user, attempt=pk, position=_position(request), label=request.POST.get("label", "")
                )
        except NotFound as error:
            raise Http404 from error
        except DomainError as error:
            return _show(request, pk, refusal=error.sentence, status=error.status)
        return redirect("education:differential", pk)
    return _show(request, pk)


@login_required
@require_POST
def differential_answers(request: AuthenticatedRequest, pk: UUID) -> JsonResponse:
    """Keep calls that the page's script sends, in their order."""
    try:
        body = json_body(request, EntriesBody)
        entries = [Entry(each["position"], each["turn"], each["code"], each["ms"]) for each in body["entries"]]
        saved = save_entries(actor=request.user, attempt=pk, entries=entries)
    except DomainError as error:
        return JsonResponse({"code": error.code, "sentence": error.sentence}, status=error.status)
    return JsonResponse({"saved": saved})


@login_required
@require_safe
def differential_result(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show what came of a differential that ended."""
    found = (
        Attempt.objects.of(request.user)
        .select_related("teaching_set", "assignment")
        .filter(pk=pk, teaching_set__kind=SetKind.DIFFERENTIAL)
        .first()
    )
    if found is None:
        raise Http404
    if found.state == AttemptState.RUNNING:
        return redirect("education:differential", pk)
    return render(request, "education/differential_result.html", differential_result_context(found))


def _show(request: AuthenticatedRequest, pk: UUID, *, refusal: str = "", status: int = 200) -> HttpResponse:
    try:
        found = finish_when_closed(actor=request.user, attempt=pk)
    except NotFound as error:
        raise Http404 from error
    if found.state != AttemptState.RUNNING:
        return redirect("education:differential_result", pk)
    context = differential_context(found, request.user) | {"refusal": refusal}
    return render(request, "education/differential.html", context, status=status)


def _position(request: AuthenticatedRequest) -> int:
    given = request.POST.get("position", "")
    if not given.isdecimal() or len(given) > 5:
        raise NotFound
    return int(given)
