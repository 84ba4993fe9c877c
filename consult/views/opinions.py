"""Opinions as a list, and asking for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.selectors import visible_case
from cases.services.audit_trail import record_list
from consult.forms import AskForm
from consult.models import OpinionState, SecondOpinion
from consult.permissions import gives_opinions, reads_consultations
from consult.selectors import may_ask
from consult.services import ask_opinion
from hematovision.errors import DomainError
from review.permissions import may_review

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.requests import AuthenticatedRequest

_LISTED = 100


@login_required
@require_safe
def opinion_list(request: AuthenticatedRequest) -> HttpResponse:
    """Show what a pathologist owes and is owed; to administrators and auditors the laboratory's opinions."""
    user = request.user
    if not reads_consultations(user):
        raise PermissionDenied(_("Second opinions are the laboratory's own."))
    opinions = SecondOpinion.objects.visible_to(user).select_related(
        "case__patient", "case__clinic", "colleague", "asked_by"
    )
    own = gives_opinions(user)
    if own:
        opinions = opinions.filter(Q(colleague=user) | Q(asked_by=user))
    waiting = list(opinions.open().order_by("asked_at", "id"))
    over = list(opinions.exclude(pk__in=[each.pk for each in waiting])[:_LISTED])
    record_list(actor=user, object_type="consult.secondopinion", count=len(waiting) + len(over))
    to_read = [each for each in waiting if own and each.colleague_id == user.pk and each.state == OpinionState.ASKED]
    context = {
        "own": own,
        "to_read": to_read,
        "pending": [each for each in waiting if each not in to_read],
        "over": over,
    }
    return render(request, "consult/opinions.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Choose a colleague, blind or open, and which cells; then they are told."""
    case = visible_case(request.user, pk)
    user = request.user
    if not gives_opinions(user) or not may_review(user, case):
        raise PermissionDenied(_("Second opinions are asked for by the pathologist who reviews the case."))
    form = AskForm(request.POST if request.method == "POST" else None, case=case, user=user)
    status, refusal = 200, ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                opinion = ask_opinion(
                    actor=user,
                    case=case,
                    colleague=form.cleaned_data["colleague"],
                    blind=form.cleaned_data["how"] == "blind",
                    scope=form.cleaned_data["scope"],
                    question=form.cleaned_data["question"],
                )
            except DomainError as error:
                status, refusal = error.status, error.sentence
            else:
                messages.success(
                    request, _("%(person)s was asked and has been told.") % {"person": opinion.colleague.full_name}
                )
                return redirect("consult:opinion", opinion.pk)
    elif not may_ask(user, case):
        status = 409
    context = {"case": case, "form": form, "refusal": refusal, "may_ask": may_ask(user, case)}
    return render(request, "consult/ask.html", context, status=status)
