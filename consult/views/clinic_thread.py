"""What laboratory and clinic write to each other about a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.permissions import is_read_only
from cases.selectors import visible_case
from consult.forms import ClinicEntryForm
from consult.permissions import leads_clinic_thread, reads_clinic_threads
from consult.selectors import clinic_threads_of, may_write_to_clinic_thread
from consult.services import close_clinic_thread, write_to_clinic_thread
from consult.services.audit_trail import record_clinic_thread_view
from hematovision.errors import DomainError, PermissionRefused
from notices.services import mark_subject_read

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest
    from cases.models import Case


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def clinic_thread(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show what was written, and take what is written now; a POST with `close` ends the thread."""
    case = visible_case(request.user, pk)
    if not reads_clinic_threads(request.user) or is_read_only(request.user, case):
        raise PermissionDenied(_("This thread is between the laboratory and the clinic of the case."))
    form, status, refusal = ClinicEntryForm(), 200, ""
    if request.method == "POST":
        form, status = ClinicEntryForm(request.POST), 422
        try:
            if request.POST.get("close"):
                close_clinic_thread(actor=request.user, case=case)
                messages.success(request, _("The thread with the clinic was closed. It stays in the record."))
                return redirect("consult:clinic_thread", case.pk)
            if form.is_valid():
                entry = write_to_clinic_thread(actor=request.user, case=case, text=form.cleaned_data["text"])
                return redirect(f"{reverse('consult:clinic_thread', args=[case.pk])}#entry-{entry.pk}")
        except PermissionRefused as error:
            raise PermissionDenied(error.sentence) from error
        except DomainError as error:
            status, refusal = error.status, error.sentence
    context = {**_shown(request, case), "form": form, "refusal": refusal}
    return render(request, "consult/clinic_thread.html", context, status=status)


def _shown(request: AuthenticatedRequest, case: Case) -> dict[str, Any]:
    """The threads of the case with who may do what; whoever opens the page has seen what they were told of."""
    threads = clinic_threads_of(case, request.user)
    if request.method != "POST":
        record_clinic_thread_view(actor=request.user, case=case)
        for thread in threads:
            mark_subject_read(actor=request.user, subject_id=thread.pk)
    return {
        "case": case,
        "threads": threads,
        "open_thread": next((thread for thread in threads if thread.is_open), None),
        "leads": leads_clinic_thread(request.user, case),
        "may_write": may_write_to_clinic_thread(request.user, case),
    }
