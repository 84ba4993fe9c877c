"""Deciding on cells, adding one, and asking after one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, JsonResponse

from accounts.requests import signed_in
from cases.models import Cell, SmearImage
from classifier.services.late_cells import request_cell_readings
from hematovision.errors import NotFound, Unprocessable
from review.presenting import present_cells
from review.services.added_cells import add_cell
from review.services.decisions import apply_action
from review.views.json import after, body_of, json_endpoint, number_in, readable_case, text_in, uuid_in

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

_CORNERS = 4


@json_endpoint("POST")
def actions(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Carry out one action on the cells named; sent twice, done once."""
    case, user = readable_case(request, pk), signed_in(request)
    body = body_of(request)
    applied = apply_action(
        actor=user,
        case=case,
        action_id=uuid_in(body.get("action_id"), "action_id"),
        kind=text_in(body, "kind"),
        cells=_cells_in(body.get("cells") or []),
        label=text_in(body, "label"),
        reason_code=text_in(body, "reason_code"),
        reason=text_in(body, "reason"),
    )
    return JsonResponse(after(case, user, applied.cells))


@json_endpoint("POST")
def cells(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Add the cell in a box drawn by the reader."""
    case, user = readable_case(request, pk), signed_in(request)
    body = body_of(request)
    image = SmearImage.objects.filter(pk=uuid_in(body.get("image"), "image"), case=case).first()
    if image is None:
        raise NotFound("There is no such image in this case.")
    applied = add_cell(
        actor=user,
        case=case,
        action_id=uuid_in(body.get("action_id"), "action_id"),
        image=image,
        box=_box_in(body.get("box")),
    )
    return JsonResponse(after(case, user, applied.cells), status=201)


@json_endpoint("GET", "HEAD")
def cell(request: HttpRequest, pk: UUID, cell_pk: UUID) -> JsonResponse:
    """Answer with one cell, for a page that waits for the machine's suggestion."""
    case = readable_case(request, pk)
    found = Cell.objects.filter(pk=cell_pk, image__case=case).select_related("decided_by").first()
    if found is None:
        raise Http404
    (shown,) = present_cells(case, [found])
    if shown["pending"]:
        # The message may be gone with its broker; whoever waits sends it again.
        request_cell_readings(image_id=found.image_id, again=True)
    return JsonResponse({"cell": shown})


def _cells_in(value: Any) -> list[tuple[UUID, int]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Unprocessable("cells has to be a list of objects.", code="bad_json", details={"member": "cells"})
    return [(uuid_in(one.get("id"), "cells.id"), number_in(one.get("revision"), "cells.revision")) for one in value]


def _box_in(value: Any) -> tuple[int, int, int, int]:
    if not isinstance(value, list) or len(value) != _CORNERS:
        raise Unprocessable("box has to be [x, y, width, height].", code="bad_json", details={"member": "box"})
    x, y, width, height = (number_in(one, "box") for one in value)
    return x, y, width, height
