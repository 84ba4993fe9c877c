"""One image with its analysis and cells."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_permissions import ScopeRequired
from accounts.models import Role
from accounts.requests import signed_in
from cases.api.image_serializers import ImageChange, ImageOut, TakeOutIn
from cases.api.visibility import results_of
from cases.models import Cell, SmearImage
from cases.selectors import chosen_microscope, visible_image
from cases.services.audit_trail import record_view
from cases.services.draft_fields import take_out_image
from cases.services.microscopes import correct_microscope
from cases.services.transitions import lock_case
from classifier.api.image_serializers import AnalysisOut, CameraStandingOut, CellOut, ImageDetail
from classifier.models import Analysis
from classifier.selectors import camera_standing, output_for_image
from hematovision.rest.base import NotCached
from hematovision.rest.etags import check_if_match, version_tag
from hematovision.transactions import atomic_but_for_refusals

VIEWERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})
WRITERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR})
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the image as you read it; 412 when its microscope was corrected since.",
)


def newest_analysis(image: SmearImage) -> Analysis | None:
    """Return the image's newest run, whatever its outcome; None before one was asked for."""
    return image.analyses.select_related("model_version").order_by("-queued_at").first()


def image_answer(image: SmearImage, user: Any) -> dict[str, Any]:
    """Return the image as ``user`` sees it."""
    newest = newest_analysis(image)
    output = output_for_image(image)
    current = output.analyses.get(image.pk)
    standing = camera_standing(version=current.model_version, image=image) if current is not None else None
    shown = results_of(image.case, user)
    cells = Cell.objects.with_model_output_for(user).filter(image=image).order_by("ordinal", "detector")
    return {
        **ImageOut(image).data,
        "quality": (current.quality or None) if current is not None else None,
        "analysis": AnalysisOut(newest).data if newest is not None else None,
        "camera_standing": CameraStandingOut(standing).data if standing is not None else None,
        **shown,
        "cells": CellOut(cells, many=True, context={"predictions": output.predictions}).data
        if shown["results_visible"]
        else [],
    }


@extend_schema(tags=["images"])
class ImageOne(NotCached, APIView):
    """One image."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "cases:read", "PATCH": "cases:write", "DELETE": "images:write"}
    allowed_roles: ClassVar = {"GET": VIEWERS, "PATCH": WRITERS, "DELETE": WRITERS}

    @extend_schema(summary="Fetch an image and what was found in it", responses=ImageDetail)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return the image, its quality and analysis, and its cells where the caller may see them."""
        image = visible_image(signed_in(request), pk)
        record_view(actor=signed_in(request), target=image)
        return _response(image, request.user)

    @extend_schema(
        summary="Correct the microscope of an image", request=ImageChange, responses=ImageDetail, parameters=[IF_MATCH]
    )
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        """Say which microscope took the image, while nothing is signed; what models are to both cameras is judged anew."""
        actor = signed_in(request)
        case = visible_image(actor, pk).case
        given = ImageChange(data=request.data)
        given.is_valid(raise_exception=True)
        with atomic_but_for_refusals():
            lock_case(case)
            image = visible_image(actor, pk)
            check_if_match(request, image_tag(image))
            microscope = chosen_microscope(image.case, given.validated_data["microscope"])
            correct_microscope(actor=actor, images=[image], microscope=microscope)
        return _response(visible_image(actor, pk), request.user)

    @extend_schema(
        summary="Take an image out of a draft", request=None, responses={204: None}, parameters=[TakeOutIn, IF_MATCH]
    )
    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        """Take the image out of its case, while that is a draft; its row and file stay in the record. Twice is as once.

        The same file may be sent again. 409 once the case was submitted.
        """
        actor = signed_in(request)
        case = visible_image(actor, pk).case
        given = TakeOutIn(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        with atomic_but_for_refusals():
            lock_case(case)
            image = visible_image(actor, pk)
            check_if_match(request, image_tag(image))
            take_out_image(actor=actor, image=image, reason=given.validated_data["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)


def image_tag(image: SmearImage) -> str:
    """Return the entity tag of what people say about an image."""
    return version_tag([image.pk, image.microscope_id])


def _response(image: SmearImage, user: Any) -> Response:
    return Response(image_answer(image, user), headers={"ETag": image_tag(image)})
