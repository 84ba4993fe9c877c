"""Photographing a smear: the live picture with its readings, the shutter, and the fields taken so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from cases.conf import upload_max_bytes
from cases.permissions import is_read_only, may_send_images
from cases.selectors import microscopes_for, visible_case
from cases.services.audit_trail import record_view
from cases.services.draft_fields import require_draft
from hematovision.camera import uses_camera
from hematovision.errors import Conflict
from hematovision.little_data import wants_little_data
from microscopes.selectors import suggest
from workbench.presenters.capture import coach_settings, strip_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from accounts.requests import AuthenticatedRequest
    from cases.models import Case
    from workbench.presenters.capture import Strip


@uses_camera
@login_required
@require_safe
def capture(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show the live picture of the camera to whoever may add fields to this draft."""
    case = _draft_of(request, pk)
    try:
        require_draft(case)
    except Conflict as refused:
        context = {"case": case, "refused": refused.sentence}
        return render(request, "workbench/capture_over.html", context, status=refused.status)
    record_view(actor=request.user, target=case)
    organisation = request.user.organisation
    context = {
        **_strip_context(request, case, strip_of(case)),
        "coach": coach_settings(),
        "microscopes": list(microscopes_for(case)),
        "usual": suggest(organisation=organisation, camera="") if organisation else None,
        "max_bytes": upload_max_bytes(),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
    }
    return render(request, "workbench/capture.html", context)


@require_GET
def taken_fields(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer the script that keeps asking for its strip; one that was signed out is told so, not shown a form to sign in."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    return shown_strip(cast("AuthenticatedRequest", request), pk)


@login_required
def shown_strip(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Answer with the fields taken so far, with nothing where they are as `seen`, or with 409 once the case is no draft any more.

    It repeats what the page already showed, so it is not a further view for the audit trail.
    """
    case = _draft_of(request, pk)
    try:
        require_draft(case)
    except Conflict as refused:
        return HttpResponse(refused.sentence, status=refused.status, content_type="text/plain; charset=utf-8")
    strip = strip_of(case)
    if request.GET.get("seen") == strip.fingerprint:
        return HttpResponse(status=204)
    return render(request, "workbench/partials/capture_strip.html", _strip_context(request, case, strip))


def _strip_context(request: AuthenticatedRequest, case: Case, strip: Strip) -> dict[str, Any]:
    spares = wants_little_data(request) and not request.session.get("shows_pictures")
    return {"case": case, "strip": strip, "spares_pictures": spares}


def _draft_of(request: AuthenticatedRequest, pk: UUID) -> Case:
    case = visible_case(request.user, pk)
    if not may_send_images(request.user) or is_read_only(request.user, case):
        raise PermissionDenied(_("Your role does not add images to cases."))
    return case
