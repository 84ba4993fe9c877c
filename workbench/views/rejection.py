"""Rejecting a specimen, the notice of it, and sending another one in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models.rejection import MOST_WORDS
from cases.permissions import may_reject_specimen
from cases.selectors import visible_case
from cases.services.audit_trail import record_print
from cases.services.rejections import reject_specimen, send_again
from hematovision.errors import Conflict, DomainError, PermissionRefused
from workbench.presenters.rejections import is_rejectable, reasons_offered, rejection_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest
    from cases.models import Case


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reject_specimen_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask why the specimen cannot be used, then reject it."""
    case = visible_case(request.user, pk)
    if not may_reject_specimen(request.user, case) and request.method != "POST":
        raise PermissionDenied(_("Specimens are rejected by the laboratory that they came to."))
    chosen, words = request.POST.getlist("reasons"), request.POST.get("words", "")
    errors: dict[str, Any] = {}
    status = 200 if is_rejectable(case) else Conflict.status
    if request.method == "POST":
        try:
            reject_specimen(actor=request.user, case=case, reasons=chosen, words=words)
        except PermissionRefused as error:
            raise PermissionDenied(error.sentence) from error
        except DomainError as error:
            told = error.details.get("errors")
            errors = dict(told) if isinstance(told, dict) else {"": [error.sentence]}
            status = error.status
        else:
            done = _("The specimen of case %(number)s was rejected. %(clinic)s is told.")
            messages.success(request, done % {"number": case.accession_number, "clinic": case.clinic.name})
            return redirect("workbench:case", case.pk)
    context = {
        "case": case,
        "is_rejectable": is_rejectable(case),
        "choices": reasons_offered(chosen),
        "words": words,
        "most_words": MOST_WORDS,
        "errors": {name or "case": sentences[0] for name, sentences in errors.items()},
    }
    return render(request, "workbench/reject_specimen.html", context, status=status)


@login_required
@require_POST
def send_again_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Open the draft for another specimen and show it."""
    case = visible_case(request.user, pk)
    try:
        again = send_again(actor=request.user, case=case)
    except PermissionRefused as error:
        raise PermissionDenied(error.sentence) from error
    except DomainError as error:
        messages.warning(request, error.sentence)
        return redirect("workbench:case", _sent_already(error) or case.pk)
    done = _("Case %(number)s is open in its place. Check its details, then add its images.")
    messages.success(request, done % {"number": again.accession_number})
    return redirect("workbench:case", again.pk)


@login_required
@require_GET
def rejection_notice(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show the notice of a rejection, to be printed and kept with the request."""
    case: Case = visible_case(request.user, pk)
    rejection = rejection_of(case)
    if rejection is None:
        raise Http404
    record_print(actor=request.user, target=case)
    context = {"case": case, "rejection": rejection, "printed_at": timezone.now()}
    return render(request, "workbench/rejection_notice.html", context)


def _sent_already(error: DomainError) -> str:
    """The id of the case that was sent in the place of this one, where that is why it is refused."""
    return str(error.details["case"]) if error.code == "sent_again" else ""
