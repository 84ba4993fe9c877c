"""The page of one case, its live part, and what can be done with the case as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import PoorFields
from cases.blinding import is_blinded, is_without_result, may_see_model_output
from cases.permissions import (
    is_read_only,
    may_change_details,
    may_place_legal_holds,
    may_review_cases,
    may_send_images,
    may_write_cases,
)
from cases.providers import poor_fields
from cases.selectors import legal_holds_in_force, microscopes_for, restriction_in_force, visible_case
from cases.services.audit_trail import record_view
from cases.services.cases import cancel_case, submit_case
from cases.states import CLOSED_STATES, OPEN_STATES, CaseState
from classifier.selectors import unknown_cameras
from hematovision.camera import uses_camera
from hematovision.errors import DomainError
from hematovision.forms import uuid_or_none
from hematovision.little_data import wants_little_data
from microscopes.selectors import suggest
from notices.services import mark_subject_read
from workbench.presenters.cameras import shown_cameras
from workbench.presenters.differential import case_differential
from workbench.presenters.fields import field_summaries, fingerprint, is_held_up, is_in_flight, progress_of
from workbench.presenters.identities import corrections_of
from workbench.presenters.rejections import about_rejection
from workbench.presenters.uploads import sending_facts, unfinished_uploads

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.http import HttpRequest

    from accounts.requests import AuthenticatedRequest
    from cases.models import Case


def case_context(request: AuthenticatedRequest, case: Case, **more: Any) -> dict[str, Any]:
    """Return everything the case page and its live part show."""
    fields = field_summaries(case, request.user)
    images = [field.image for field in fields]
    summary = progress_of(images)
    in_flight = is_in_flight(case, images)
    held_up = is_held_up(case, images)
    shows_cells = may_see_model_output(request.user, case)
    may_change = not is_read_only(request.user, case)
    moving = case.state in {CaseState.SUBMITTED, CaseState.ANALYSING} and summary["finished"] < summary["total"]
    return {
        "case": case,
        "fields": fields,
        "summary": summary,
        "progress": _("%(finished)s of %(total)s") % summary if moving else "",
        "in_flight": in_flight,
        "held_up": held_up,
        "fingerprint": fingerprint(case, images, held_up=held_up),
        "shows_cells": shows_cells,
        "is_blinded": is_blinded(request.user, case),
        "may_retry": may_change and may_review_cases(request.user) and case.state in OPEN_STATES,
        "is_without_result": is_without_result(case),
        "differential": case_differential(case, fields) if shows_cells else None,
        # Beside absolute values there is no room for the bars.
        "show_bars": case.wbc is None,
        "timeline": case.transitions.select_related("by").order_by("-at", "-pk"),
        "may_upload": may_change and may_send_images(request.user) and case.accepts_images,
        "may_change_fields": may_change and may_send_images(request.user) and case.state == CaseState.DRAFT,
        "may_submit": may_change and may_write_cases(request.user) and case.state == CaseState.DRAFT,
        # What is seen by break-glass is the case alone.
        "links_order": may_change,
        "may_edit": may_change_details(request.user, case),
        "may_cancel": may_change and may_write_cases(request.user) and case.state not in CLOSED_STATES,
        **sending_facts(),
        "spares_pictures": wants_little_data(request) and not request.session.get("shows_pictures"),
        "unknown_cameras": shown_cameras(unknown_cameras(case), request.user),
        **_microscopes(request, case),
        **more,
    }


def _microscopes(request: AuthenticatedRequest, case: Case) -> dict[str, Any]:
    """What the upload form offers: the microscopes of the case, and which one is taken where nothing is chosen."""
    organisation = request.user.organisation
    if organisation is None or not may_send_images(request.user) or not case.accepts_images:
        return {}
    # Without a file no camera is known: what remains is the only one, or the last one.
    return {"microscopes": list(microscopes_for(case)), "usual": suggest(organisation=organisation, camera="")}


def show_case(
    request: AuthenticatedRequest, case: Case, *, status: int = 200, refusals: Sequence[Any] = (), **more: Any
) -> HttpResponse:
    """Answer with the page of a case, with the refusals of a plain upload where there were any."""
    back = request.session.get("worklist") or reverse("workbench:worklist")
    corrections = corrections_of(case.patient)
    kept = {
        "legal_holds": legal_holds_in_force(request.user, case),
        "restriction": restriction_in_force(request.user, case.patient),
        "may_hold": may_place_legal_holds(request.user, case),
        "unfinished": unfinished_uploads(request.user, case),
        **about_rejection(request.user, case),
        "label_check": case.label_checks.standing(),
    }
    context = case_context(request, case, refusals=refusals, worklist_url=back, corrections=corrections, **kept, **more)
    return render(request, "workbench/case.html", context, status=status)


@uses_camera
@login_required
@require_GET
def case_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show a case: images, differential, report, details, timeline.

    `?pictures=1` shows the pictures of every case for the rest of the session to somebody whose device asks for less data.
    """
    if request.GET.get("pictures") == "1":
        request.session["shows_pictures"] = True
        return redirect("workbench:case", pk)
    case = visible_case(request.user, pk)
    record_view(actor=request.user, target=case)
    if case.state == CaseState.REJECTED:
        mark_subject_read(actor=request.user, subject_id=case.pk)
    return show_case(request, case)


@require_GET
def case_live(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer a page that keeps asking; one that was signed out is told so instead of being shown a form to sign in."""
    if "HX-Request" in request.headers and not request.user.is_authenticated:
        return HttpResponse(status=401)
    return changed_parts(cast("AuthenticatedRequest", request), pk)


@login_required
def changed_parts(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Answer with the parts of the page that changed since `seen`, or with nothing when none did.

    Asked every two seconds while the model works on the case; it repeats what the page already showed, so
    it is not a further view for the audit trail.
    """
    case = visible_case(request.user, pk)
    images = list(case.images.counting().order_by("ordinal"))
    seen = fingerprint(case, images, held_up=is_held_up(case, images))
    if request.GET.get("seen") == seen and is_in_flight(case, images):
        return HttpResponse(status=204)
    # The submit form is only replaced when the first image makes it one: a tick already set must stay.
    first_image = request.GET.get("had") == "0" and bool(images)
    context = case_context(request, case, oob=True, refresh_submit=first_image)
    return render(request, "workbench/partials/live.html", context)


@uses_camera
@login_required
@require_POST
def submit_case_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Send the case to the laboratory, once the person has compared the slide with the request."""
    case = visible_case(request.user, pk)
    seen = [one for typed in request.POST.getlist("seen") if (one := uuid_or_none(typed)) is not None]
    if request.POST.get("identity") != "confirmed":
        sentence = _("Compare the slide label with the request, then confirm the patient.")
        return show_case(request, case, status=422, identity_error=sentence)
    try:
        submit_case(actor=request.user, case=case, seen_poor_fields=seen)
    except DomainError as error:
        if error.code != "poor_fields":
            return show_case(request, case, status=error.status, identity_error=error.sentence)
        refuses = error.details["rule"] == PoorFields.REFUSE
        return show_case(request, case, status=error.status, poor_fields=poor_fields(case), refuses_poor=refuses)
    sent = _("Case %(number)s was sent to %(laboratory)s.")
    messages.success(request, sent % {"number": case.accession_number, "laboratory": case.laboratory.name})
    return redirect("workbench:case", case.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_case_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask for the reason, then cancel the case; it stays on record."""
    case = visible_case(request.user, pk)
    if request.method != "POST" and not may_write_cases(request.user):
        raise PermissionDenied(_("Your role does not cancel cases."))
    context: dict[str, Any] = {"case": case, "reason": request.POST.get("reason", "").strip()}
    status = 200
    if request.method == "POST":
        try:
            cancel_case(actor=request.user, case=case, reason=context["reason"])
        except DomainError as error:
            context["error"] = error.sentence
            status = error.status
        else:
            done = _("Case %(number)s was cancelled. It stays on record.")
            messages.success(request, done % {"number": case.accession_number})
            return redirect("workbench:case", case.pk)
    return render(request, "workbench/cancel.html", context, status=status)
