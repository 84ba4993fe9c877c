"""Adjudicating the differences of an answered opinion, and closing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from consult.services import CellChoice, adjudicate, close_opinion, take_note
from consult.views.opinion import show_opinion, visible_opinion
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.requests import AuthenticatedRequest

_CHOICE = "choice-"


@login_required
@require_POST
def adjudicate_differences(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Give each chosen cell its final label; without differences, note that the answer was read."""
    opinion = visible_opinion(request, pk)
    try:
        if "noted" in request.POST:
            take_note(actor=request.user, opinion=opinion)
            messages.success(request, _("The second opinion is adjudicated."))
        else:
            made = adjudicate(
                actor=request.user,
                opinion=opinion,
                choices=_choices(request),
                reason=request.POST.get("reason", ""),
            )
            sentence = ngettext("%(count)s difference adjudicated.", "%(count)s differences adjudicated.", len(made))
            messages.success(request, sentence % {"count": len(made)})
    except DomainError as error:
        opinion = visible_opinion(request, pk)
        return show_opinion(request, opinion, status=error.status, refusal=error.sentence)
    return redirect("consult:opinion", opinion.pk)


@login_required
@require_POST
def close(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Take the question back, or leave the differences as they are."""
    opinion = visible_opinion(request, pk)
    reason = request.POST.get("reason", "")
    try:
        close_opinion(actor=request.user, opinion=opinion, reason=reason)
    except DomainError as error:
        opinion = visible_opinion(request, pk)
        return show_opinion(request, opinion, status=error.status, close_refusal=error.sentence, reason=reason)
    messages.success(request, _("The second opinion is closed. It stays in the record."))
    return redirect("consult:opinion", opinion.pk)


def _choices(request: AuthenticatedRequest) -> list[CellChoice]:
    """Read `choice-<id>`, `other-<id>` and `revision-<id>`; rows nobody chose for are left out."""
    found = []
    for name, choice in request.POST.items():
        number = name.removeprefix(_CHOICE)
        if name.startswith(_CHOICE) and number.isdecimal() and choice:
            revision = request.POST.get(f"revision-{number}", "")
            found.append(
                CellChoice(
                    comparison_id=int(number[:18]),
                    choice=str(choice),
                    revision=int(revision[:9]) if revision.isdecimal() else -1,
                    other=request.POST.get(f"other-{number}", ""),
                )
            )
    return found
