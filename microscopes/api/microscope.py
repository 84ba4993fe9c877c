"""Microscopes of the caller's organisations: list, read, add, change."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api_permissions import ScopeRequired
from accounts.models import Organisation, Role
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from hematovision.errors import NotFound
from hematovision.rest.base import NotCached
from hematovision.rest.etags import check_if_match
from hematovision.transactions import atomic_but_for_refusals
from microscopes.api.serializers import MicroscopeIn, MicroscopeOut, MicroscopePatch, microscope_tag
from microscopes.models import Microscope
from microscopes.services import add_microscope, change_microscope, reinstate_microscope, retire_microscope

VIEWERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})
WRITERS = frozenset({Role.ADMINISTRATOR})
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the microscope as you read it; 412 when it was changed since.",
)


class MicroscopeFilter(filters.FilterSet):
    """Whose microscopes, and whether they are in use."""

    organisation = filters.CharFilter(field_name="organisation__slug")
    is_active = filters.BooleanFilter()

    class Meta:
        model = Microscope
        fields: ClassVar[list[str]] = []


@extend_schema(tags=["microscopes"])
class MicroscopeList(NotCached, generics.ListAPIView):
    """Microscopes that images of the caller's cases are taken with."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "cases:read"}
    allowed_roles: ClassVar = {"GET": VIEWERS, "POST": WRITERS}
    serializer_class = MicroscopeOut
    filterset_class = MicroscopeFilter
    queryset = Microscope.objects.none()

    def get_queryset(self) -> QuerySet[Microscope]:
        """Only those the caller may see."""
        return Microscope.objects.visible_to(self.request.user).select_related("organisation")

    @extend_schema(summary="List microscopes")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return microscopes, the newest first, retired ones included."""
        response = self.list(request, *args, **kwargs)
        listed = {"listed": len(response.data["results"])}
        record(actor=request.user, action=Action.VIEW, object_type="microscopes.microscope", after=listed)
        return response

    @extend_schema(summary="Add a microscope", request=MicroscopeIn, responses={201: MicroscopeOut}, filters=False)
    def post(self, request: Request) -> Response:
        """Add a microscope (administrators in a session); a name twice in an organisation is refused (409)."""
        given = MicroscopeIn(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        place = Organisation.objects.filter(slug=values.pop("organisation")).first()
        if place is None:
            raise NotFound(_("There is no such organisation among those you administer."))
        added = add_microscope(actor=signed_in(request), organisation=place, **values)
        address = reverse("api:microscope", args=[added.pk], request=request)
        return _answer(added, status=status.HTTP_201_CREATED, Location=address)


@extend_schema(tags=["microscopes"])
class MicroscopeOne(NotCached, APIView):
    """One microscope."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "cases:read"}
    allowed_roles: ClassVar = {"GET": VIEWERS, "PATCH": WRITERS}

    @extend_schema(summary="Read a microscope", responses=MicroscopeOut)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return one microscope with its scale."""
        found = get_object_or_404(self._visible(), pk=pk)
        record(actor=request.user, action=Action.VIEW, target=found)
        return _answer(found)

    @extend_schema(
        summary="Change a microscope", request=MicroscopePatch, responses=MicroscopeOut, parameters=[IF_MATCH]
    )
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        """Change what is known of a microscope, retire it or bring it back (administrators in a session)."""
        get_object_or_404(self._visible(), pk=pk)
        given = MicroscopePatch(data=request.data)
        given.is_valid(raise_exception=True)
        changes = dict(given.validated_data)
        is_active = changes.pop("is_active", None)
        actor = signed_in(request)
        with atomic_but_for_refusals():
            found = get_object_or_404(self._visible().select_for_update(of=("self",), no_key=True), pk=pk)
            check_if_match(request, microscope_tag(found))
            if changes:
                change_microscope(actor=actor, microscope=found, **changes)
            if is_active is not None:
                step = reinstate_microscope if is_active else retire_microscope
                step(actor=actor, microscope=found)
        return _answer(get_object_or_404(self._visible(), pk=pk))

    def _visible(self) -> QuerySet[Microscope]:
        return Microscope.objects.visible_to(self.request.user).select_related("organisation")


def _answer(microscope: Microscope, *, status: int = status.HTTP_200_OK, **headers: str) -> Response:
    return Response(
        MicroscopeOut(microscope).data, status=status, headers={"ETag": microscope_tag(microscope), **headers}
    )
