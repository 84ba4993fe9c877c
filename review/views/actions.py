"""Deciding on cells, adding one, and asking after one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _

from accounts.requests import signed_in
from cases.models import Cell, SmearImage
from classifier.services.unclassified_cells import request_classification
from hematovision.errors import NotFound
from hematovision.rest.bodies import json_body
from review.presenters.cells import present_cells
from review.services.added_cells import add_cell
from review.services.decisions import apply_action
from review.views.bodies import ActionBody, NewCellBody
from review.views.endpoints import after, json_endpoint, readable_case

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest


@json_endpoint("POST")
def actions(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Carry out one action on the cells named; sent twice, done once."""
    case, user = readable_case(request, pk), signed_in(request)
    body = json_body(request, ActionBody)
    applied = apply_action(
        actor=user,
        case=case,
        action_id=body["action_id"],
        kind=body["kind"],
        cells=[(one["id"], one["revision"]) for one in body["cells"]],
        label=body["label"],
        reason_code=body["reason_code"],
        reason=body["reason"],
        displayed={one["id"] for one in body["cells"] if one["displayed"]},
    )
    return JsonResponse(after(case, user, applied.cells))


@json_endpoint("POST")
def cells(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Add the cell in a box drawn by the reviewer."""
    case, user = readable_case(request, pk), signed_in(request)
    body = json_body(request, NewCellBody)
    image = SmearImage.objects.counting().filter(pk=body["image"], case=case).first()
    if image is None:
        raise NotFound(_("There is no such image in this case."))
    x, y, width, height = body["box"]
    applied = add_cell(actor=user, case=case, action_id=body["action_id"], image=image, box=(x, y, width, height))
    return JsonResponse(after(case, user, applied.cells), status=201)


@json_endpoint("GET", "HEAD")
def cell(request: HttpRequest, pk: UUID, cell_pk: UUID) -> JsonResponse:
    """Answer with one cell, for a page that waits for the model's suggestion."""
    case = readable_case(request, pk)
    found = Cell.objects.filter(pk=cell_pk, image__case=case).select_related("decided_by").first()
    if found is None:
        raise Http404
    (shown,) = present_cells(case, [found])
    if shown["pending"]:
        # The message may be gone with its broker; whoever waits sends it again.
        request_classification(image_id=found.image_id, again=True)
    return JsonResponse({"cell": shown})
