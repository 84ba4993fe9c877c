"""The files of a tried picture, to whom it belongs: none carries metadata, and none is named after anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.stored_files import open_stored
from classifier.models import ExplanationState
from hematovision.csv_export import csv_file
from hematovision.errors import DomainError
from sandbox.presenters import result_context
from sandbox.services.downloads import csv_rows, overlay_png
from sandbox.views.page import cell_or_404, for_those_who_may_try, picture_or_404
from sandbox.words import FILE_GONE

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models.fields.files import FieldFile
    from django.http import HttpRequest

    from sandbox.models import TriedPicture

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, max-age=900",
}


@for_those_who_may_try
@require_safe
def picture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The display copy."""
    return _image(picture_or_404(request, pk).picture, "image/jpeg")


@for_those_who_may_try
@require_safe
def thumbnail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The small copy of the list."""
    return _image(picture_or_404(request, pk).thumbnail, "image/jpeg")


@for_those_who_may_try
@require_safe
def heat_picture(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """The heat map of a cell; 404 until it is drawn."""
    tried = cell_or_404(request, pk, number)
    drawn = tried.heat_maps.filter(number=number, state=ExplanationState.DONE).first()
    if drawn is None:
        raise Http404
    return _image(drawn.picture, "image/png")


@for_those_who_may_try
@require_safe
def table(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A line a cell, as CSV."""
    return csv_file(csv_rows(_answered(request, pk)), name="tried-picture.csv")


@for_those_who_may_try
@require_safe
def overlay(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The picture with its cells drawn into it, as a PNG of pixels alone; its page says why where it cannot be drawn now."""
    tried = _answered(request, pk)
    try:
        drawn = overlay_png(tried)
    except DomainError as error:
        context = result_context(tried, request.user) | {"refusal": error.sentence}
        return render(request, "sandbox/result.html", context, status=error.status)
    answer = HttpResponse(drawn, content_type="image/png", headers=_HEADERS)
    answer["Content-Disposition"] = 'attachment; filename="tried-picture.png"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _answered(request: HttpRequest, pk: UUID) -> TriedPicture:
    tried = picture_or_404(request, pk)
    if tried.result is None or (tried.hides_answer and tried.cells):
        raise Http404
    return tried


def _image(file: FieldFile, media_type: str) -> HttpResponse:
    with open_stored(str(file.name), FILE_GONE) as stored:
        answer = HttpResponse(stored.read(), content_type=media_type, headers=_HEADERS)
    answer["Content-Disposition"] = "inline"
    return answer
