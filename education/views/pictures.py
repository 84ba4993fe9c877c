"""The pictures that are taught with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.views.decorators.http import require_safe

from education.models import MaterialState, TeachingCell, TeachingField
from education.permissions import may_teach

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.requests import AuthenticatedRequest

_A_DAY_S = 86_400


@login_required
@require_safe
def cell_picture(request: AuthenticatedRequest, pk: UUID) -> FileResponse:
    """Send the picture of a cell: open ones to everybody of the laboratory, drafts to its teachers."""
    return _send(request, TeachingCell, pk)


@login_required
@require_safe
def field_picture(request: AuthenticatedRequest, pk: UUID) -> FileResponse:
    """Send the picture of a field: open ones to everybody of the laboratory, drafts to its teachers."""
    return _send(request, TeachingField, pk)


def _send(request: AuthenticatedRequest, model: type[TeachingCell | TeachingField], pk: UUID) -> FileResponse:
    found = model.objects.of_laboratory(request.user).filter(pk=pk).first()
    if found is None or (found.state != MaterialState.OPEN and not may_teach(request.user)):
        raise Http404
    answer = FileResponse(found.picture.open("rb"), content_type="image/png")
    answer.headers["Content-Disposition"] = "inline"
    # A picture never changes; it may be recalled, so no shared cache keeps it and a private one only for a while.
    answer.headers["Cache-Control"] = f"private, max-age={_A_DAY_S if found.state == MaterialState.OPEN else 0}"
    return answer
