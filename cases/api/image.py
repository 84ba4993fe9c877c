"""Images of a case: send one, list them."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
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
from cases.api.case import IF_MATCH, CaseView, case_response
from cases.api.case_serializers import CaseDetail
from cases.api.image_serializers import ImageIn, ImageOut, ImagesInOrder
from cases.models import Case, SmearImage
from cases.selectors import chosen_microscope, visible_case
from cases.services.draft_fields import reorder_images
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
        return SmearImage.objects.counting().filter(case=case)

    def visible_case(self) -> Case:
        """Return the case, or answer 404 as for an id that does not exist."""
        pk: uuid.UUID = self.kwargs["pk"]
        return visible_case(signed_in(self.request), pk)

    def replaced(self, case: Case, pk: uuid.UUID | None) -> SmearImage | None:
        """Return the image of the case with this id; one that is not of the case is a member that is wrong."""
        if pk is None:
            return None
        # One that was taken out meanwhile gets a sentence of its own.
        found = SmearImage.objects.filter(pk=pk, case=case).first()
        if found is None:
            raise exceptions.ValidationError({"replaces": [_("The case has no such image.")]})
        return found

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
        """Add a smear image to the case (201); the same bytes again give the image there is (200).

        While the case is a draft it may replace one of its images, later one that was sent back.
        """
        case = self.visible_case()
        if len(request.FILES.getlist("file")) > 1:
            raise exceptions.ValidationError({"file": [_("Send one file per request.")]})
        given = ImageIn(data=request.data)
        given.is_valid(raise_exception=True)
        image, created = receive_image(
            actor=signed_in(request),
            case=case,
            upload=given.validated_data["file"],
            microscope=chosen_microscope(case, given.validated_data.get("microscope")),
            replaces=self.replaced(case, given.validated_data.get("replaces")),
        )
        return Response(
            ImageOut(image).data,
            status=status.HTTP_201_CREATED if created else status.HTTP_200_OK,
            headers={"Location": reverse("api:image", args=[image.pk], request=request)},
        )


@extend_schema(tags=["images"])
class CaseImagesOrder(CaseView):
    """The order of the images of a draft."""

    required_scopes: ClassVar = {"PUT": "images:write"}
    allowed_roles: ClassVar = {"PUT": WRITERS}

    @extend_schema(
        summary="Order a draft's images",
        request=ImagesInOrder,
        responses=CaseDetail,
        parameters=[IF_MATCH],
        filters=False,
    )
    def put(self, request: Request, pk: uuid.UUID) -> Response:
        """Give the images of a draft the order of the list; 409 where these are not its images, or it is no draft."""
        self.visible_case(pk)
        given = ImagesInOrder(data=request.data)
        given.is_valid(raise_exception=True)
        with self.unchanged_case(pk) as case:
            reorder_images(actor=signed_in(request), case=case, order=given.validated_data["images"])
        return case_response(self.visible_case(pk), request.user)
