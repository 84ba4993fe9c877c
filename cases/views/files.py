"""The bytes of clinical images: only here, only to those who may see them, and each view is in the audit trail."""

from __future__ import annotations

import io
from functools import partial
from typing import IO, TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from PIL import Image

from cases.imaging import crop_around
from cases.models import Cell, SmearImage
from cases.selectors import visible_image
from cases.services.audit_trail import record_download, record_image_view
from cases.services.display_pixels import display_pixels
from cases.storage import EXTENSIONS
from cases.stored_files import open_display, open_original, open_thumbnail

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models.fields.files import FieldFile
    from django.http import HttpResponseBase

    from accounts.requests import AuthenticatedRequest

CROP_PX = (32, 512)
"""Smallest and largest side of a delivered crop, px."""
SPAN_PX = (16, 1024)
"""Smallest and largest side of the square cut from the image, px."""
_CROP_DEFAULT_PX = 128
_CONTEXT = 1.6
# Part of each crop's tag: a browser that kept crops of an earlier form asks for them anew.
_CROP_FORM = 2

# Whatever a file turns out to be, a browser must treat it as an image, run nothing in it, and not hand it on.
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
# The original is asked for anew each time: it carries what the camera wrote about place and person.
_CACHE_NEVER = "private, no-store"
# Display copies and crops never change under their name, but the right to see them does.
_CACHE_BRIEFLY = "private, max-age=900"


@login_required
@require_safe
def original(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """Hand out the bytes as they were received, as a download under a neutral name."""
    image = visible_image(request.user, pk)
    etag = _etag(image.sha256, purged=image.original_purged_at is not None)
    name = f"smear-{image.pk}.{EXTENSIONS[image.media_type]}"
    response = _file(
        request, partial(open_original, image), image.media_type, etag, cache=_CACHE_NEVER, download_as=name
    )
    record_download(actor=request.user, target=image, what="original")
    return response


@login_required
@require_safe
def display(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """Show the metadata-free upright copy; 404 until the worker has made it."""
    return _shown(request, pk, "display", open_display)


@login_required
@require_safe
def thumbnail(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """Show the thumbnail; 404 until the worker has made it."""
    return _shown(request, pk, "thumbnail", open_thumbnail)


@login_required
@require_safe
def crop(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """Show the square around one cell as PNG.

    `size` is the side delivered and `span` the side cut from the image, both px and kept within bounds; without
    `span` the box with some surroundings. Those who may not see what the model found get 404: that a cell was
    detected here is a finding.
    """
    cell = get_object_or_404(Cell.objects.visible_to(request.user).select_related("image__case"), pk=pk)
    image = cell.image
    if not image.display:
        raise Http404
    record_image_view(actor=request.user, image=image, part="cells")
    size = _bounded(request, "size", _CROP_DEFAULT_PX, CROP_PX)
    span = _bounded(request, "span", round(max(cell.width, cell.height) * _CONTEXT), SPAN_PX)
    version = f"{cell.pk.hex}-{cell.x}-{cell.y}-{cell.width}-{cell.height}-{size}-{span}-{_CROP_FORM}"
    etag = _etag(version, purged=image.shown_purged_at is not None)
    if _is_known(request, etag):
        return _dressed(HttpResponseNotModified(), etag, _CACHE_BRIEFLY)
    square = crop_around(display_pixels(image), cell.box, span=span, size=size)
    buffer = io.BytesIO()
    Image.fromarray(square).save(buffer, "PNG")
    return _dressed(HttpResponse(buffer.getvalue(), content_type="image/png"), etag, _CACHE_BRIEFLY)


def _shown(
    request: AuthenticatedRequest, pk: UUID, part: str, opened: Callable[[SmearImage], IO[bytes]]
) -> HttpResponseBase:
    # An image says nothing of what anybody calls its cells: a blinded opinion is given on it.
    image = get_object_or_404(SmearImage.objects.visible_to(request.user).select_related("case"), pk=pk)
    file: FieldFile = getattr(image, part)
    if not file:
        raise Http404
    # A file's name is new for every content, so it is the version.
    version = str(file.name).rpartition("/")[2].partition(".")[0]
    etag = _etag(version, purged=image.shown_purged_at is not None)
    response = _file(request, partial(opened, image), "image/jpeg", etag, cache=_CACHE_BRIEFLY)
    record_image_view(actor=request.user, image=image, part=part)
    return response


def _file(
    request: AuthenticatedRequest,
    opened: Callable[[], IO[bytes]],
    media_type: str,
    etag: str,
    *,
    cache: str,
    download_as: str = "",
) -> HttpResponseBase:
    if _is_known(request, etag):
        return _dressed(HttpResponseNotModified(), etag, cache)
    response = FileResponse(opened(), content_type=media_type, as_attachment=bool(download_as), filename=download_as)
    if not download_as:
        # FileResponse would name the file as the storage does, which is nobody's business.
        response["Content-Disposition"] = "inline"
    return _dressed(response, etag, cache)


def _dressed(response: HttpResponseBase, etag: str, cache: str) -> HttpResponseBase:
    for name, value in _HEADERS.items():
        response[name] = value
    response["Cache-Control"] = cache
    response["ETag"] = etag
    patch_vary_headers(response, ["Cookie"])
    return response


def _etag(version: str, *, purged: bool) -> str:
    """The tag of a file. Of one that was purged nobody has the present state: a browser that kept it is told so."""
    return f'"{version}-purged"' if purged else f'"{version}"'


def _is_known(request: AuthenticatedRequest, etag: str) -> bool:
    return etag in [part.strip() for part in request.headers.get("If-None-Match", "").split(",")]


def _bounded(request: AuthenticatedRequest, name: str, default: int, bounds: tuple[int, int]) -> int:
    try:
        wanted = int(request.GET.get(name, default))
    except ValueError:
        wanted = default
    return min(max(wanted, bounds[0]), bounds[1])
