"""One second opinion: the colleague's labels while it waits, the comparison once it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.selectors import visible_record
from consult.models import OpinionState, SecondOpinion
from consult.presenters import labelling_context, result_context
from consult.selectors import asked_cells, latest_labels
from consult.services import answer_opinion, decline_opinion, save_labels
from consult.services.audit_trail import record_opinion_view
from consult.views.bodies import LabelsBody
from hematovision.errors import DomainError
from hematovision.rest.bodies import json_body

if TYPE_CHECKING:
    from accounts.requests import AuthenticatedRequest


def visible_opinion(request: AuthenticatedRequest, pk: UUID) -> SecondOpinion:
    """Return the opinion if this person may see it; raises as `visible_record`."""
    opinions = SecondOpinion.objects.select_related(
        "case__patient", "case__laboratory", "case__clinic", "case__owner", "asked_by", "colleague", "settled_by"
    )
    found: SecondOpinion = visible_record(opinions, request.user, pk)
    return found


def show_opinion(
    request: AuthenticatedRequest, opinion: SecondOpinion, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Answer with the page of an opinion as this person may see it now."""
    if opinion.state == OpinionState.ASKED and opinion.colleague_id == request.user.pk:
        context = labelling_context(opinion, request.user, chosen=_uuid(request.GET.get("cell", "")))
        return render(request, "consult/labelling.html", {**context, **more}, status=status)
    return render(request, "consult/opinion.html", {**result_context(opinion, request.user), **more}, status=status)


@login_required
@require_http_methods(["GET", "HEAD"])
def opinion_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show the page of labels to the colleague who was asked, to others how far it is, and the result once answered."""
    opinion = visible_opinion(request, pk)
    waits = opinion.state == OpinionState.ASKED
    mine = opinion.colleague_id == request.user.pk
    part = ("reading" if mine else "status") if waits else "result"
    record_opinion_view(actor=request.user, opinion=opinion, part=part)
    return show_opinion(request, opinion)


@login_required
@require_POST
def labels(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Keep labels: of one cell from the form, of many from the page's script, which is answered in JSON."""
    opinion = visible_opinion(request, pk)
    by_script = request.content_type == "application/json"
    try:
        given = _from_json(request) if by_script else _from_form(request)
        save_labels(actor=request.user, opinion=opinion, labels=given)
    except DomainError as error:
        if by_script:
            return JsonResponse({"code": error.code, "sentence": error.sentence}, status=error.status)
        return show_opinion(request, opinion, status=error.status, refusal=error.sentence)
    if by_script:
        standing = latest_labels(opinion)
        cells = asked_cells(opinion)
        done = sum(cell.pk in standing for cell in cells)
        return JsonResponse({"done": done, "total": len(cells)})
    following = _following(opinion, given[0][0])
    return redirect(f"{reverse('consult:opinion', args=[opinion.pk])}?cell={following}#labelling")


@login_required
@require_POST
def answer(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Answer."""
    opinion = visible_opinion(request, pk)
    words = request.POST.get("words", "")
    try:
        answer_opinion(actor=request.user, opinion=opinion, words=words)
    except DomainError as error:
        opinion = visible_opinion(request, pk)
        return show_opinion(request, opinion, status=error.status, answer_refusal=error.sentence, words=words)
    messages.success(request, _("Your opinion was given to %(person)s.") % {"person": opinion.asked_by.full_name})
    return redirect("consult:opinion", opinion.pk)


@login_required
@require_POST
def decline(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Hand the question back unread."""
    opinion = visible_opinion(request, pk)
    reason = request.POST.get("reason", "")
    try:
        decline_opinion(actor=request.user, opinion=opinion, reason=reason)
    except DomainError as error:
        opinion = visible_opinion(request, pk)
        return show_opinion(request, opinion, status=error.status, decline_refusal=error.sentence, reason=reason)
    messages.success(request, _("You declined, and %(person)s was told.") % {"person": opinion.asked_by.full_name})
    return redirect("consult:opinions")


def _from_form(request: AuthenticatedRequest) -> list[tuple[UUID, str]]:
    cell = _uuid(request.POST.get("cell", ""))
    if cell is None:
        raise Http404
    return [(cell, request.POST.get("code", ""))]


def _from_json(request: AuthenticatedRequest) -> list[tuple[UUID, str]]:
    return [(row["cell"], row["code"]) for row in json_body(request, LabelsBody)["labels"]]


def _following(opinion: SecondOpinion, cell: UUID) -> UUID:
    """The next cell without a label after `cell`, going round; `cell` itself when all have one."""
    ids = [each.pk for each in asked_cells(opinion)]
    standing = latest_labels(opinion)
    at = ids.index(cell) if cell in ids else -1
    return next((pk for pk in ids[at + 1 :] + ids[: at + 1] if pk not in standing), cell)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
