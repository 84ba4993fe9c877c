"""The API's own pages: the index, the schema, the documentation and the answer to an unknown address."""

from __future__ import annotations

from typing import Any, NoReturn

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from hematovision.rest.base import NotCached
from hematovision.rest.english import AnswersInEnglish


class SchemaView(AnswersInEnglish, SpectacularAPIView):
    """The OpenAPI description; JSON unless YAML is asked for (JSON is YAML as well)."""

    renderer_classes = [
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
    ]


class IndexOut(serializers.Serializer):
    """Where everything is."""

    docs = serializers.URLField(help_text="This description as pages.")
    schema = serializers.URLField(help_text="This description as OpenAPI.")
    me = serializers.URLField(help_text="Who asks, and what they may do.")
    patients = serializers.URLField()
    orders = serializers.URLField()
    cases = serializers.URLField()
    uploads = serializers.URLField(help_text="Where resumable uploads begin, as tus 1.0 has them.")
    microscopes = serializers.URLField()
    reports = serializers.URLField()
    events = serializers.URLField()
    predictions = serializers.URLField()
    fhir = serializers.URLField(help_text="What can be read as FHIR R4.")


class Index(NotCached):
    """The first address of the API: it names the others and nothing else."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(tags=["caller"], summary="Find the addresses", responses=IndexOut, auth=[])
    def get(self, request: Request) -> Response:
        """Return the address of each list, of the caller and of the description; open to everybody."""
        routes = {name: f"api:{name}" for name in IndexOut().fields} | {"fhir": "fhir:metadata"}
        return Response({name: reverse(route, request=request) for name, route in routes.items()})


@ensure_csrf_cookie  # "Try it out" writes with the session of who is signed in
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the OpenAPI description as pages; scripts and styles come from our own origin."""
    return render(request, "rest/docs.html")


@extend_schema(exclude=True)
class UnknownAddress(APIView):
    """Answers every address below ``/api/`` that is no endpoint with a 404 problem."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse before the method is examined: nothing is here for any method."""
        super().initial(request, *args, **kwargs)
        with_slash = resolve(f"{request.path_info}/")
        if with_slash.url_name != "unknown_address":
            raise NotFound(_("Nothing is here: this address ends with a slash."))
        raise Http404

    def get(self, request: Request, address: str) -> NoReturn:
        """Answer 404 (reached for no method: ``initial`` refuses first)."""
        raise Http404
