"""The legal holds on a case: which there are and were, and, for administrators, placing and releasing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.permissions import may_place_legal_holds, may_see_legal_holds
from cases.selectors import visible_case
from cases.services.audit_trail import record_view
from cases.services.legal_holds import place_legal_hold, release_legal_hold
from hematovision.errors import DomainError, PermissionRefused

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest
    from cases.models import Case


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def legal_holds(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """List the holds on a case; a POST places one, or with `hold` releases that one."""
    case = visible_case(request.user, pk)
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            sentence = _change(request, case, reason)
        except PermissionRefused as error:
            raise PermissionDenied(error.sentence) from error
        except DomainError as error:
            context = {"error": error.sentence, "reason": reason, "refused": request.POST.get("hold", "")}
            status = error.status
        else:
            messages.success(request, sentence)
            return redirect("workbench:legal_holds", case.pk)
    elif not may_see_legal_holds(request.user, case):
        raise PermissionDenied(_("Legal holds are between the staff of the laboratory."))
    else:
        record_view(actor=request.user, target=case, after={"part": "legal_holds"})
    holds = case.legal_holds.select_related("placed_by", "release__released_by")
    context |= {"case": case, "holds": holds, "may_hold": may_place_legal_holds(request.user, case)}
    return render(request, "workbench/legal_holds.html", context, status=status)


def _change(request: AuthenticatedRequest, case: Case, reason: str) -> str:
    """Place or release a hold, and say so in a sentence."""
    chosen = request.POST.get("hold", "")
    if not chosen:
        place_legal_hold(actor=request.user, case=case, reason=reason)
        return _("Case %(number)s is under legal hold.") % {"number": case.accession_number}
    # By its text: what is no id at all is as little a hold of this case as the id of another one's.
    hold = next((each for each in case.legal_holds.select_related("case") if str(each.pk) == chosen), None)
    if hold is None:
        raise Http404
    release_legal_hold(actor=request.user, hold=hold, reason=reason)
    return _("The legal hold was released.")
