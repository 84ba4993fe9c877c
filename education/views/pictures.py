"""The pictures that are taught with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from education.models import (
    Answer,
    Attempt,
    MaterialState,
    Source,
    TeachingCell,
    TeachingField,
    TeachingPrediction,
)
from education.permissions import may_teach
from education.selectors.atlas import discussed_by
from education.selectors.owed import without_sealed
from education.selectors.shown import shown_item

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models.fields.files import FieldFile
    from django.http import HttpResponseBase

    from accounts.requests import AuthenticatedRequest

_A_DAY_S = 86_400


@login_required
@require_safe
def cell_picture(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """Send the picture of a cell: open ones to everybody of the laboratory, drafts to its teachers."""
    return _send(request, TeachingCell, pk)


@login_required
@require_safe
def question_picture(request: AuthenticatedRequest, pk: UUID, position: int) -> HttpResponseBase:
    """Send the picture of a question of one's own attempt, under a name that leads to no cell of the atlas."""
    attempt = Attempt.objects.of(request.user).select_related("teaching_set", "assignment").filter(pk=pk).first()
    item = shown_item(attempt, position) if attempt is not None else None
    if item is None:
        raise Http404
    is_published = item.cell.source == Source.PUBLIC
    return _picture(request, item.cell.picture, "image/png", f"{pk.hex}-{position}", is_published=is_published)


@login_required
@require_safe
def field_picture(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """Send the picture of a field: open ones to everybody of the laboratory, drafts to its teachers."""
    return _send(request, TeachingField, pk)


@login_required
@require_safe
def heat_maps(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """Send where the model saw each class in a cell: to teachers who owe no answer to it, and to those who answered and may be told."""
    found = TeachingPrediction.objects.select_related("cell").filter(pk=pk).exclude(heat_maps="").first()
    user = request.user
    # Not of a cell that a test asks now, answered before or not.
    shown = without_sealed(TeachingCell.objects.visible_to(user), user)
    if found is None or not shown.filter(pk=found.cell_id).exists():
        raise Http404
    told = Attempt.objects.of(user).told_at(timezone.now())
    answered = Answer.objects.filter(item__cell=found.cell_id, item__attempt__in=told)
    teaches = may_teach(user) and discussed_by(user).filter(pk=found.cell_id).exists()
    if not teaches and not answered.exists():
        raise Http404
    return _picture(
        request, found.heat_maps, "image/webp", found.pk.hex, is_published=found.cell.source == Source.PUBLIC
    )


def _send(request: AuthenticatedRequest, model: type[TeachingCell | TeachingField], pk: UUID) -> HttpResponseBase:
    found = model.objects.of_laboratory(request.user).filter(pk=pk).first()
    if found is None or (found.state != MaterialState.OPEN and not may_teach(request.user)):
        raise Http404
    is_published = found.source == Source.PUBLIC and found.state == MaterialState.OPEN
    return _picture(request, found.picture, "image/png", found.pk.hex, is_published=is_published)


def _picture(
    request: AuthenticatedRequest, file: FieldFile, kind: str, name: str, *, is_published: bool
) -> HttpResponseBase:
    # Of a recalled one there is no answer any more: a browser that kept it asks, and shows it no longer.
    tag = f'"{name}"'
    answer: HttpResponseBase
    if tag in [part.strip() for part in request.headers.get("If-None-Match", "").split(",")]:
        answer = HttpResponseNotModified()
    else:
        answer = FileResponse(file.open("rb"), content_type=kind)
        answer.headers["Content-Disposition"] = "inline"
    answer.headers["ETag"] = tag
    # What is published anyway may stay in a browser for a day. What is from a patient is asked for each time.
    answer.headers["Cache-Control"] = f"private, max-age={_A_DAY_S}" if is_published else "private, no-cache"
    patch_vary_headers(answer, ["Cookie"])
    return answer
