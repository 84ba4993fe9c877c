"""Every error of the API in one shape: RFC 9457 problem details."""

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from hematovision.errors import DomainError

logger = structlog.get_logger(__name__)

PROBLEM_MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    412: "Precondition failed",
    413: "Too large",
    415: "Unsupported media type",
    422: "Unprocessable content",
    429: "Too many requests",
}


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer `exc` as a problem document, or return None for a defect (Django answers 500).

    `detail` is a sentence for people, `code` is for programs, `errors` maps fields to sentences
    when a form of input was refused.
    """
    if isinstance(exc, DomainError):
        set_rollback()
        return problem_response(exc.status, exc.code, exc.sentence, **exc.details)
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, ModelValidationError):
        exc = exceptions.ValidationError(detail=_model_errors(exc))
    if not isinstance(exc, exceptions.APIException):
        request = context.get("request")
        logger.error("api_defect", kind=type(exc).__name__, path=getattr(request, "path", ""))
        return None
    set_rollback()
    headers: dict[str, str] = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = f"{wait:.0f}"
    if isinstance(exc, exceptions.ValidationError):
        response = problem_response(
            exc.status_code, "invalid", "Some of the values cannot be used.", errors=exc.detail
        )
    else:
        code = exc.get_codes()
        response = problem_response(
            exc.status_code, code if isinstance(code, str) else "error", str(exc.detail)
        )
    for name, value in headers.items():
        response[name] = value
    return response


def problem_response(status_code: int, code: str, detail: str, **extra: object) -> Response:
    """Return one problem document; `extra` are additional members."""
    body = {
        "type": "about:blank",
        "title": TITLES.get(status_code, "Error"),
        "status": status_code,
        "code": code,
        "detail": detail,
        **extra,
    }
    return Response(body, status=status_code, content_type=PROBLEM_MEDIA_TYPE)


def _model_errors(exc: ModelValidationError) -> dict[str, list[str]]:
    if hasattr(exc, "error_dict"):
        return {
            ("non_field_errors" if field == "__all__" else field): messages
            for field, messages in exc.message_dict.items()
        }
    return {"non_field_errors": exc.messages}


