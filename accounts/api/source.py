"""A computer that sends pictures says how it is."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_permissions import ScopeRequired
from accounts.requests import signed_in
from accounts.services import report_source
from hematovision.rest.base import NotCached
from hematovision.rest.bodies import StrictBody

_MOST = 10_000_000


def _pictures(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=_MOST, help_text=help_text)


class SourceIn(StrictBody):
    """What a computer says of itself: numbers, and no name of a file."""

    instance = serializers.UUIDField(help_text="Drawn once for its folder.")
    name = serializers.CharField(max_length=100, help_text="What people call the computer.")
    version = serializers.RegexField(r"^[0-9A-Za-z.+\-]+\Z", max_length=32, help_text="Of its program.")
    waiting = _pictures("Pictures that are still to be sent.")  # not translated
    held = _pictures("Pictures about which a person has to decide.")  # not translated
    refused = _pictures("Pictures that the server took for no case.")  # not translated
    clock_off_s = serializers.IntegerField(
        min_value=-(2**31),
        max_value=2**31 - 1,
        allow_null=True,
        required=False,
        help_text="Seconds by which its clock is ahead of the server's.",
    )


class SourceOut(serializers.Serializer):
    """What is kept of it."""

    name = serializers.CharField()
    version = serializers.CharField()
    waiting = serializers.IntegerField()
    held = serializers.IntegerField()
    refused = serializers.IntegerField()
    clock_off_s = serializers.IntegerField(allow_null=True)
    seen_at = serializers.DateTimeField(help_text="When it reported last.")


class SourceSelf(NotCached):
    """The caller, as a computer that sends pictures."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"PUT": "images:write"}
    # People are no sources.
    allowed_roles: ClassVar[dict[str, frozenset[str]]] = {}

    @extend_schema(tags=["caller"], summary="Report as a source", request=SourceIn, responses=SourceOut)
    def put(self, request: Request) -> Response:
        """Say how many pictures lie where; the laboratory sees it on the page *Sources*."""
        given = SourceIn(data=request.data)
        given.is_valid(raise_exception=True)
        source = report_source(actor=signed_in(request), **{"clock_off_s": None, **given.validated_data})
        return Response(SourceOut(source).data)
