"""Which microscope is asked for, and its page with an answer or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render

from calibration.permissions import NOT_YOURS, may_calibrate
from calibration.presenters import page_context
from microscopes.models import Microscope

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


def microscope_for(request: AuthenticatedRequest, pk: UUID) -> Microscope:
    """Return the microscope if this person calibrates it; 404 where they may not see it, else refused."""
    visible: Any = Microscope.objects.visible_to(request.user).select_related("organisation__refers_to")
    found: Microscope = get_object_or_404(visible, pk=pk)
    if not may_calibrate(request.user, found):
        raise PermissionDenied(NOT_YOURS)
    return found


def show(request: AuthenticatedRequest, microscope: Microscope, *, status: int = 200, **more: Any) -> HttpResponse:
    """Answer with the page of a microscope's calibration as it stands."""
    context = page_context(microscope, request.user, chosen=as_uuid(request.GET.get("cell", "")))
    return render(request, "calibration/calibrate.html", {**context, **more}, status=status)


def as_uuid(text: str) -> UUID | None:
    """The id a request names, or None where it names none."""
    try:
        return UUID(text)
    except ValueError:
        return None
