"""A set as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from education.models import TeachingSet
from education.services.exporting import export_set
from hematovision.errors import Conflict, NotFound, PermissionRefused

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponseBase

    from accounts.requests import AuthenticatedRequest


@login_required
@require_POST
def export(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """Send the pictures of a set with their table and credits; say why where they may not leave."""
    try:
        file = export_set(actor=request.user, teaching_set=pk)
    except NotFound as error:
        raise Http404 from error
    except PermissionRefused as error:
        raise PermissionDenied(error.sentence) from error
    except Conflict as error:
        messages.error(request, error.sentence)
        shown = TeachingSet.objects.visible_to(request.user).filter(pk=pk).exists()
        return redirect("education:set", pk) if shown else redirect("education:home")
    return FileResponse(file, as_attachment=True, filename="teaching-set.zip", content_type="application/zip")
