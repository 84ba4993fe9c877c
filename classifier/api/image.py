"""One image with its analysis and cells."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_permissions import ScopeRequired
from accounts.models import Role
from accounts.requests import signed_in
from cases.api.image_serializers import ImageOut
from cases.api.visibility import results_of
from cases.models import Cell, SmearImage
from cases.services.trail import record_view
from classifier.api.image_serializers import AnalysisOut, CellOut, ImageDetail
from classifier.models import Analysis
from hematovision.rest.base import NotCached

READERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})


def newest_analysis(image: SmearImage) -> Analysis | None:
    """Return the image's newest run, whatever its outcome; None before one was asked for."""
    return image.analyses.select_related("model_version").order_by("-queued_at").first()


def image_answer(image: SmearImage, user: Any) -> dict[str, Any]:
    """Return the image as ``user`` sees it."""
    analysis = newest_analysis(image)
    shown = results_of(image.case, user)
    cells = (
        Cell.objects.visible_to(user).filter(image=image).prefetch_related("predictions").order_by("ordinal", "locator")
    )
    return {
        **ImageOut(image).data,
        "quality": (analysis.quality or None) if analysis is not None else None,
        "analysis": AnalysisOut(analysis).data if analysis is not None else None,
        **shown,
        "cells": CellOut(cells, many=True).data if shown["results_visible"] else [],
    }


@extend_schema(tags=["images"])
class ImageOne(NotCached, APIView):
    """One image."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "cases:read"}
    allowed_roles: ClassVar = {"GET": READERS}

    @extend_schema(summary="Read an image and what was found in it", responses=ImageDetail)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return the image, its quality and analysis, and its cells where the caller may see them."""
        images = SmearImage.objects.visible_to(request.user).select_related("case__laboratory")
        image = get_object_or_404(images, pk=pk)
        record_view(actor=signed_in(request), target=image)
        return Response(image_answer(image, request.user))
