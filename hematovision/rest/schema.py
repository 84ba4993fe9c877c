"""OpenAPI: the problem answers that all operations share, and that bodies have no other members than those named."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema

from hematovision.rest.problems import PROBLEM_MEDIA_TYPE

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem document.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "description": "Stable name of the problem, urn:hematovision:problem:<code>.",
        },
        "title": {"type": "string", "description": "The HTTP status in words."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened, as a sentence for a person."},
        "instance": {
            "type": "string",
            "format": "uri",
            "description": "The request id, as in our logs: quote it when asking for help.",
        },
        "errors": {
            "type": "object",
            "description": "Validation errors: sentences per field.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}


class ProblemSchema(AutoSchema):
    """Adds to every operation the problem answers it can give."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Build the operation, then add its problem answers."""
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
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
        return {**described, "additionalProperties": False}


def add_problem(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the problem document to the schema's components (a spectacular hook)."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result
