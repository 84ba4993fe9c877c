"""Images of a case: send one, list them."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.throttling import BaseThrottle

from accounts.api_permissions import ScopeRequired
from accounts.models import Role
from accounts.requests import signed_in
from cases.api.audited_list import AuditedList
from cases.api.image_serializers import ImageIn, ImageOut
from cases.models import Case, SmearImage
from cases.selectors import chosen_microscope, visible_case
from cases.services.images import receive_image
from hematovision.rest.base import NotCached
from hematovision.rest.pagination import ByNumber
from hematovision.rest.parsers import CappedMultiPartParser
from hematovision.rest.throttles import PerScope

VIEWERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})
WRITERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR})


class ByOrdinal(ByNumber):
    """Images in the order in which they were received."""

    ordering = ("ordinal",)  # type: ignore[assignment]


@extend_schema(tags=["images"])
class CaseImages(NotCached, AuditedList, generics.ListAPIView):
    """The images of one case."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "cases:read", "POST": "images:write"}
    allowed_roles: ClassVar = {"GET": VIEWERS, "POST": WRITERS}
    serializer_class = ImageOut
    pagination_class = ByOrdinal
    audited_type = "cases.smearimage"
    parser_classes = (CappedMultiPartParser,)
    queryset = SmearImage.objects.none()
    throttle_scope = "upload"

    def get_throttles(self) -> list[BaseThrottle]:
        """Only sending counts against the upload rate."""
        throttles = super().get_throttles()
        if self.request.method == "POST":
            return throttles
        return [throttle for throttle in throttles if not isinstance(throttle, PerScope)]

    def get_queryset(self) -> QuerySet[SmearImage]:
        """The images of the case, if the caller may see it."""
        case = self.visible_case()
        return SmearImage.objects.filter(case=case)

    def visible_case(self) -> Case:
        """Return the case, or answer 404 as for an id that does not exist."""
        pk: uuid.UUID = self.kwargs["pk"]
        return visible_case(signed_in(self.request), pk)

    @extend_schema(summary="List a case's images")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the images in the order in which they came."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        summary="Send an image",
        request={"multipart/form-data": ImageIn},
        responses={200: ImageOut, 201: ImageOut},
        filters=False,
    )
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Add a smear image to the case (201); the same bytes again give the image there is (200)."""
        case = self.visible_case()
        if len(request.FILES.getlist("file")) > 1:
            raise exceptions.ValidationError({"file": ["Send one file per request."]})
        given = ImageIn(data=request.data)
        given.is_valid(raise_exception=True)
        image, created = receive_image(
            actor=signed_in(request),
            case=case,
            upload=given.validated_data["file"],
            microscope=chosen_microscope(case, given.validated_data.get("microscope")),
        )
        return Response(
            ImageOut(image).data,
            status=status.HTTP_201_CREATED if created else status.HTTP_200_OK,
            headers={"Location": reverse("api:image", args=[image.pk], request=request)},
        )
