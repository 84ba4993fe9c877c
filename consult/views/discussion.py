"""The thread of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.models import Cell
from cases.selectors import visible_case
from consult.forms import CommentForm
from consult.permissions import reads_talk_of
from consult.presenters import thread_context
from consult.services import add_comment
from consult.services.audit_trail import record_thread_view
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from accounts.requests import AuthenticatedRequest
    from cases.models import Case


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def discussion(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show what was said about a case, or about one cell of it, and take what is said now."""
    case = visible_case(request.user, pk)
    if not reads_talk_of(request.user, case):
        raise PermissionDenied(_("The discussion of a case is the laboratory's own."))
    cell = _cell(request, case)
    form = CommentForm(request.POST if request.method == "POST" else None, case=case, user=request.user)
    status, refusal = 200, ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                comment = add_comment(
                    actor=request.user,
                    case=case,
                    cell=cell,
                    text=form.cleaned_data["text"],
                    mentions=list(form.cleaned_data["mention"]),
                )
            except DomainError as error:
                status, refusal = error.status, error.sentence
            else:
                return redirect(_back(request, case, cell, f"comment-{comment.pk}"))
    else:
        record_thread_view(actor=request.user, case=case)
    context = {"case": case, "form": form, "refusal": refusal, **thread_context(case, request.user, cell=cell)}
    return render(request, "consult/discussion.html", context, status=status)


def _cell(request: AuthenticatedRequest, case: Case) -> Cell | None:
    wanted = request.POST.get("cell", "") if request.method == "POST" else request.GET.get("cell", "")
    if not wanted:
        return None
    try:
        pk = UUID(wanted)
    except ValueError:
        return None
    return get_object_or_404(Cell.objects.select_related("image"), pk=pk, image__case=case)


def _back(request: AuthenticatedRequest, case: Case, cell: Cell | None, anchor: str) -> str:
    if request.POST.get("back") == "case":
        return f"{reverse('workbench:case', args=[case.pk])}#{anchor}"
    query = f"?cell={cell.pk}" if cell is not None else ""
    return f"{reverse('consult:discussion', args=[case.pk])}{query}#{anchor}"
