"""Using a variant on its microscope, and stopping to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from calibration.services import stop_variant, use_variant
from calibration.views.page import as_uuid, microscope_for, show
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.requests import AuthenticatedRequest


@login_required
@require_POST
def use(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Let a variant answer for the images of its microscope."""
    microscope = microscope_for(request, pk)
    version_id = as_uuid(request.POST.get("version", ""))
    if version_id is None:
        raise Http404
    reason = request.POST.get("reason", "")
    try:
        version = use_variant(actor=request.user, microscope=microscope, version_id=version_id, reason=reason)
    except DomainError as error:
        return show(request, microscope, status=error.status, use_refusal=error.sentence, reason=reason)
    messages.success(
        request,
        _("%(model)s answers for %(microscope)s from now on.") % {"model": version, "microscope": microscope.name},
    )
    return redirect("calibration:calibrate", pk)


@login_required
@require_POST
def stop(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Let the model of the installation answer for the microscope again."""
    microscope = microscope_for(request, pk)
    reason = request.POST.get("reason", "")
    try:
        version = stop_variant(actor=request.user, microscope=microscope, reason=reason)
    except DomainError as error:
        return show(request, microscope, status=error.status, stop_refusal=error.sentence, reason=reason)
    sentence = _("%(model)s is no longer used on %(microscope)s.")
    messages.success(request, sentence % {"model": version, "microscope": microscope.name})
    return redirect("calibration:calibrate", pk)
