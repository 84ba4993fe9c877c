"""What every address of the FHIR API shares: its media type, its errors, its entity tags."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import parse_etags
from rest_framework import status
from rest_framework.exceptions import NotAcceptable
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import set_rollback

from accounts.api_permissions import ScopeRequired
from accounts.models import Role, User
from accounts.requests import signed_in
from hematovision.errors import PreconditionFailed
from hematovision.rest.english import AnswersInEnglish
from hematovision.rest.etags import is_known
from hematovision.rest.parsers import CappedJSONParser
from hematovision.rest.problems import exception_handler
from integrations.api.fhir.scopes import SCOPES_OF, WRITING
from integrations.fhir.bundle import refusal, refused_resource
from integrations.fhir.reading import RefusedResourceError

FHIR_JSON = "application/fhir+json"
VIEWERS: frozenset[str] = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})
WRITERS: frozenset[str] = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR})
_WRITING_METHODS = ("POST", "PUT", "PATCH")
_REFUSED = status.HTTP_422_UNPROCESSABLE_ENTITY
_JSON_FORMATS = frozenset({"json", "application/json", "application/fhir+json", "application/fhir json"})


class FhirParser(CappedJSONParser):
    """JSON under FHIR's own media type."""

    media_type = FHIR_JSON


class JsonPatchParser(CappedJSONParser):
    """JSON Patch (RFC 6902)."""

    media_type = "application/json-patch+json"


class FhirRenderer(JSONRenderer):
    """JSON under FHIR's own media type."""

    media_type = FHIR_JSON
    format = "fhir"


class FhirView(AnswersInEnglish):
    """One address; `resource` says which scope it needs."""

    resource: ClassVar[str]
    schema = None  # described by the CapabilityStatement, not by OpenAPI
    permission_classes: tuple[Any, ...] = (IsAuthenticated, ScopeRequired)
    allowed_roles: ClassVar[dict[str, frozenset[str]]] = {"GET": VIEWERS, **dict.fromkeys(_WRITING_METHODS, WRITERS)}
    parser_classes: tuple[type[BaseParser], ...] = (FhirParser, CappedJSONParser)
    renderer_classes: tuple[type[BaseRenderer], ...] = (FhirRenderer, JSONRenderer)

    @property
    def required_scopes(self) -> dict[str, tuple[str, ...]]:
        """The scopes of the resource: to read it, and to change it."""
        writing = WRITING.get(self.resource, ())
        return {"GET": SCOPES_OF.get(self.resource, ()), **dict.fromkeys(_WRITING_METHODS, writing)}

    @property
    def caller(self) -> User:
        """Who asks."""
        return signed_in(self.request)

    @property
    def base(self) -> str:
        """The address of the FHIR API, with its last slash."""
        return self.request.build_absolute_uri(reverse("fhir:base"))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse everything where FHIR is off, before asking who it is; then another format than JSON."""
        if not settings.SERVE_FHIR:
            raise Http404
        super().initial(request, *args, **kwargs)
        if request.query_params.get("_format", "json") not in _JSON_FORMATS:
            raise NotAcceptable("This server speaks FHIR as JSON only: ask for application/fhir+json.")

    def get_exception_handler(self) -> Any:
        """Errors are OperationOutcomes."""
        return as_outcome

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say of a known answer that it is (304), and that none of them may be kept."""
        if "ETag" in response and request.method in SAFE_METHODS:
            tag = response["ETag"]
            if is_known(request, tag.removeprefix("W/")):
                response = Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
        finished = super().finalize_response(request, response, *args, **kwargs)
        add_never_cache_headers(finished)
        return finished


def answer(body: dict[str, Any], status_code: int = 200) -> Response:
    """Return a resource as an answer, with its entity tag."""
    return Response(body, status=status_code, headers={"ETag": tag_of(body)}, content_type=FHIR_JSON)


def tag_of(body: dict[str, Any]) -> str:
    """Return the entity tag of a resource: its version, or a hash where it has no numbered ones."""
    version = body.get("meta", {}).get("versionId")
    if version is None:
        text = json.dumps(body, cls=JSONEncoder, sort_keys=True)
        version = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f'W/"{version}"'


def check_if_match(request: Request, tag: str) -> None:
    """Compare the request's ``If-Match`` with a tag of `tag_of`; raises PreconditionFailed (412) where it is another.

    Tags of FHIR are weak by name: they are compared as they are. No header and ``*`` pass.
    """
    header = request.headers.get("If-Match", "").strip()
    wanted = {one.removeprefix("W/") for one in parse_etags(header)}
    if header and "*" not in wanted and tag.removeprefix("W/") not in wanted:
        raise PreconditionFailed


def as_outcome(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Return the OperationOutcome of an error, with the status and the sentences that the REST API has for it."""
    if isinstance(exc, RefusedResourceError):
        set_rollback()
        return Response(refused_resource(exc.problems), status=_REFUSED, content_type=FHIR_JSON)
    problem = exception_handler(exc, context)
    if problem is None:
        return None
    told = problem.data
    sentences = [f"{name}: {said}" for name, all_said in told.get("errors", {}).items() for said in all_said]
    body = refusal(problem.status_code, sentences or [told["detail"]])
    headers = {name: value for name, value in problem.headers.items() if name.lower() != "content-type"}
    return Response(body, status=problem.status_code, headers=headers, content_type=FHIR_JSON)


def uuid_or_none(text: str) -> uuid.UUID | None:
    """Return the id that `text` is, or None: no resource of ours has another kind of id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
