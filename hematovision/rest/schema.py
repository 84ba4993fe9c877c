"""OpenAPI: the problem answers that all operations share, and that bodies have no other members than those named."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django_filters import CharFilter
from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from hematovision.rest.problems import PROBLEM_MEDIA_TYPE

SOME_TEXT = r"^[^\x00]*[^\s\x00][^\x00]*$"
ANY_TEXT = r"^[^\x00]*$"
BOUNDS = {"min_value": "minimum", "max_value": "maximum", "max_length": "maxLength"}
"""What a filter calls a bound, and what OpenAPI calls it."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem document.",  # not translated
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "description": "Stable name of the problem, urn:hematovision:problem:<code>.",  # not translated
        },
        "title": {"type": "string", "description": "The HTTP status in words."},  # not translated
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened, as a sentence for a person."},  # not translated
        "instance": {
            "type": "string",
            "format": "uri",
            "description": "The request id, as in our logs: quote it when asking for help.",  # not translated
        },
        "errors": {
            "type": "object",
            "description": "Validation errors: sentences per field.",  # not translated
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}


class ProblemSchema(AutoSchema):
    """Adds to every operation the problem answers it can give."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Build the operation, then add its problem answers and who may ask."""
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        # An operation that is open to everybody says so.
        operation.setdefault("security", [])
        for status in sorted(self._problem_statuses(operation)):
            operation["responses"].setdefault(
                str(status),
                {
                    "description": HTTPStatus(status).phrase,
                    "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                },
            )
        return operation

    def _problem_statuses(self, operation: dict[str, Any]) -> set[int]:
        statuses = {400, 401, 403, 406, 429, 503}
        if "{" in self.path:
            statuses.add(404)
        if self.method not in SAFE_METHODS:
            statuses |= {404, 409, 422}
        if "requestBody" in operation:
            statuses |= {411, 413, 415}
            if "multipart/form-data" in operation["requestBody"]["content"]:
                statuses.add(507)
        if any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", [])):
            statuses.add(412)
        return statuses


class StrictBodies(OpenApiSerializerExtension):
    """Says of each body that a member that is not named is refused."""

    target_class = "hematovision.rest.bodies.StrictBody"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> Any:
        """Describe the body as any serializer, closed."""
        described = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001 (as its documentation asks)
        for name, field in self.target.fields.items():
            if type(field) is serializers.CharField:
                # Spaces around a text are no part of it.
                described["properties"][name]["pattern"] = ANY_TEXT if field.allow_blank else SOME_TEXT
        return {**described, "additionalProperties": False}


class StrictFilters(DjangoFilterExtension):
    """Says of each filter what it refuses: nothing, and what is out of its bounds."""

    target_class = "hematovision.rest.filters.StrictFilterBackend"
    priority = 1

    def resolve_filter_field(
        self, auto_schema: Any, model: Any, filterset_class: Any, field_name: Any, filter_field: Any
    ) -> Any:
        """Describe one filter as usual, then add its bounds."""
        parameters: list[dict[str, Any]] = super().resolve_filter_field(
            auto_schema, model, filterset_class, field_name, filter_field
        )
        bounds = {ours: filter_field.extra[theirs] for theirs, ours in BOUNDS.items() if theirs in filter_field.extra}
        if type(filter_field) is CharFilter:
            bounds["pattern"] = SOME_TEXT
        for parameter in parameters:
            parameter["schema"].update(bounds)
        return parameters


def add_problem(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the problem document to the schema's components (a spectacular hook)."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result
