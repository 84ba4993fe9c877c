"""Two records of one person: finding the other, comparing both, merging them, and undoing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cases.models import Patient, PatientMerge
from cases.permissions import may_merge_patients, may_undo_merges
from cases.services.audit_trail import record_search, record_view
from cases.services.patient_merges import NOT_YOURS_TO_MERGE, merge_patients, undo_merge
from hematovision.errors import DomainError, PermissionRefused

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest

_MOST_FOUND = 10
NOBODY = _("No other patient of this organisation has this number or family name.")
CONFIRM = _("Tick that both records are one person.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show what was merged; a POST looks for the other record, merges into it, or undoes a merge."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    if request.method != "POST" and not may_merge_patients(request.user, patient):
        raise PermissionDenied(str(NOT_YOURS_TO_MERGE))
    context: dict[str, Any] = {}
    status = 200
    if request.method != "POST":
        record_view(actor=request.user, target=patient, after={"part": "merges"})
    else:
        try:
            answer = _act(request, patient)
        except PermissionRefused as error:
            raise PermissionDenied(error.sentence) from error
        except DomainError as error:
            context, status = _refused(request, error), error.status
        else:
            if not isinstance(answer, dict):
                return answer
            context, status = answer, answer["status"]
    merges = PatientMerge.objects.filter(Q(from_patient=patient) | Q(into=patient))
    undoing = context.pop("undoing", {})
    context |= {
        "patient": patient,
        "merges": [
            {"merge": each, **undoing.get(str(each.pk), {})}
            for each in merges.select_related("from_patient", "into", "merged_by", "undo__undone_by")
        ],
        "may_undo": may_undo_merges(request.user, patient),
    }
    return render(request, "workbench/merge.html", context, status=status)


def _act(request: AuthenticatedRequest, patient: Patient) -> HttpResponse | dict[str, Any]:
    """Do what the button says; what the page shows next, or where it leads."""
    action, reason = request.POST.get("action", ""), request.POST.get("reason", "")
    if action == "undo":
        chosen = request.POST.get("merge", "")
        rows = patient.merges_here.select_related("from_patient__organisation", "into__organisation")
        found = next((each for each in rows if str(each.pk) == chosen), None)
        if found is None:
            raise Http404
        undo_merge(actor=request.user, merge=found, reason=reason)
        messages.success(request, gettext("The merge was undone: these are two people again."))
        return redirect("workbench:merge", patient.pk)
    if action == "merge":
        other = _other(request)
        if not request.POST.get("one_person"):
            return {"other": other, "reason": reason, "confirm_error": CONFIRM, "status": 422}
        merge_patients(actor=request.user, patient=patient, into=other, reason=reason)
        messages.success(request, gettext("The records were merged. This one stands for the person now."))
        return redirect("workbench:patient", other.pk)
    if request.POST.get("into"):
        return {"other": _other(request), "status": 200}
    if not may_merge_patients(request.user, patient):
        raise PermissionRefused(str(NOT_YOURS_TO_MERGE))
    return _find(request, patient)


def _find(request: AuthenticatedRequest, patient: Patient) -> dict[str, Any]:
    """The other patients of the organisation with the number or family name that was typed."""
    sought = request.POST.get("q", "").strip()
    own = Patient.objects.visible_to(request.user).filter(organisation=patient.organisation_id).exclude(pk=patient.pk)
    found = list(own.ever_with_number(sought)[:_MOST_FOUND] or own.ever_with_family_name(sought)[:_MOST_FOUND])
    record_search(actor=request.user, object_type="cases.patient", terms=["mrn", "name"], found=len(found))
    shown: dict[str, Any] = {"sought": sought, "found": found, "status": 200}
    if not found:
        shown |= {"search_error": NOBODY, "status": 422}
    elif len(found) == 1:
        shown["other"] = found[0]
    return shown


def _other(request: AuthenticatedRequest) -> Patient:
    try:
        pk = UUID(request.POST.get("into", ""))
    except ValueError as error:
        raise Http404 from error
    patients = Patient.objects.visible_to(request.user).select_related("organisation")
    found: Patient = get_object_or_404(patients, pk=pk)
    return found


def _refused(request: AuthenticatedRequest, error: DomainError) -> dict[str, Any]:
    """The page again with what was typed and why not."""
    reason = request.POST.get("reason", "")
    if request.POST.get("action") == "undo":
        return {"undoing": {request.POST.get("merge", ""): {"error": error.sentence, "reason": reason}}}
    return {"other": _other(request), "error": error.sentence, "reason": reason}
