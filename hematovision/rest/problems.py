"""Errors of the API as RFC 9457 problem documents (``application/problem+json``).

Every error has the same five members - type, title, status, detail, instance - and
validation errors add ``errors``: one list of sentences per field. ``instance`` is the request id,
never a URL, because a URL can carry an identifier of a patient in its query.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, RequestDataTooBig
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, JsonResponse
from django.utils.encoding import force_str
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from audit import context as audit_context
from hematovision.away import headers_of, refusal_for
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PROBLEM_MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:hematovision:problem:"

CHECKSUM_MISMATCH = 460
"""Of tus 1.0, and unknown to HTTP: a piece is not what its checksum says."""

NOT_FOUND = _("There is nothing here that you may see.")
REFUSED = _("Your role or your token's scopes do not allow this.")
NOT_SIGNED_IN = _("Sign in, or send a valid bearer token in the Authorization header.")
UNEXPECTED = _("Something went wrong on our side. It was recorded under the request id given here.")

Errors = dict[str, list[str]]

PLAIN: dict[type[Exception], tuple[int, str, StrPromise]] = {
    Http404: (404, "not_found", NOT_FOUND),
    DjangoPermissionDenied: (403, "permission_denied", REFUSED),
    RequestDataTooBig: (413, "too_large", _("The request is larger than this address accepts.")),
}
"""Django's own refusals: status, code, and a sentence instead of whatever was raised with them."""


def title_of(status: int) -> str:
    """Return what an HTTP status is called."""
    return "Checksum Mismatch" if status == CHECKSUM_MISMATCH else HTTPStatus(status).phrase


def request_instance(request: Any) -> str:
    """Return the ``instance`` of a problem: the request id as a URN.

    It is the id of the audit trail, the logs and the answer's X-Request-ID. An id given by a proxy
    that is no UUID is not repeated; a fresh one then stands for it.
    """
    found = audit_context.current().request_id or request.META.get("HTTP_X_REQUEST_ID", "")
    try:
        return uuid.UUID(found).urn
    except ValueError:
        return uuid.uuid4().urn


def problem_body(
    *,
    status: int,
    code: str,
    detail: str | StrPromise,
    instance: str,
    errors: Errors | None = None,
    details: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Build the problem document.

    ``code`` is the stable, machine-readable last part of ``type``; ``details`` are coded extra
    members (a limit, a found media type) and never replace a standard one.
    """
    body: dict[str, Any] = {
        **(details or {}),
        "type": f"{TYPE_PREFIX}{code.replace('_', '-')}",
        "title": title_of(status),
        "status": status,
        "detail": str(detail),
        "instance": instance,
    }
    if errors is not None:
        body["errors"] = errors
    return body


def problem_json(
    request: Any,
    *,
    status: int,
    code: str,
    detail: str | StrPromise,
    errors: Errors | None = None,
    details: Mapping[str, object] | None = None,
) -> JsonResponse:
    """Build a problem answer outside a DRF view (error handlers, middleware)."""
    body = problem_body(
        status=status,
        code=code,
        detail=detail,
        instance=request_instance(request),
        errors=errors,
        details=details,
    )
    response = JsonResponse(body, status=status, content_type=PROBLEM_MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception raised in an API view into a problem answer (DRF ``EXCEPTION_HANDLER``).

    Returns ``None`` for anything that is not an expected error: DRF then re-raises, the defect is
    logged with its trace and the project's 500 handler answers without saying what broke.
    """
    exc = refusal_for(exc) or exc
    known = _known(exc)
    if known is None:
        return None
    status, code, detail, errors, headers = known
    set_rollback()
    body = problem_body(
        status=status,
        code=code,
        detail=detail,
        instance=request_instance(context["request"]),
        errors=errors,
        details=exc.details if isinstance(exc, DomainError) else None,
    )
    return Response(body, status=status, headers=headers, content_type=PROBLEM_MEDIA_TYPE)


def _known(exc: Exception) -> tuple[int, str, str, Errors | None, dict[str, str]] | None:
    """Return (status, code, detail, errors, headers) of an expected error, ``None`` for a defect."""
    if isinstance(exc, DomainError):
        return int(exc.status), str(exc.code), str(exc.sentence), None, headers_of(exc.status)
    for kind, (status, code, detail) in PLAIN.items():
        if isinstance(exc, kind):
            return status, code, str(detail), None, {}
    if isinstance(exc, DjangoValidationError):
        errors = django_errors(exc)
        return 400, "invalid", invalid_detail(errors), errors, {}
    if isinstance(exc, exceptions.APIException):
        return _known_to_drf(exc)
    return None


def _known_to_drf(
    exc: exceptions.APIException,
) -> tuple[int, str, str, Errors | None, dict[str, str]]:
    headers: dict[str, str] = {}
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    wait = getattr(exc, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait))
    if isinstance(exc, exceptions.ValidationError):
        errors = flatten(exc.detail)
        return exc.status_code, "invalid", invalid_detail(errors), errors, headers
    if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return exc.status_code, "not_authenticated", str(NOT_SIGNED_IN), None, headers
    if isinstance(exc, exceptions.NotFound):
        # DRF's own sentence echoes what was looked for (a page, a row): say the same for all.
        detail = str(NOT_FOUND) if exc.detail == exc.default_detail else force_str(exc.detail)
        return exc.status_code, "not_found", detail, None, headers
    codes = exc.get_codes()
    code = codes if isinstance(codes, str) else "error"
    return exc.status_code, code, force_str(exc.detail), None, headers


def invalid_detail(errors: Errors) -> str:
    """Say how many fields have to change; the sentences themselves are in ``errors``."""
    fields = [name for name in errors if name != "request"]
    if not fields:
        return gettext("The request was not understood.")
    sentence = ngettext(
        "%(count)s field must be corrected: %(fields)s.", "%(count)s fields must be corrected: %(fields)s.", len(fields)
    )
    return sentence % {"count": len(fields), "fields": ", ".join(fields)}


def django_errors(exc: DjangoValidationError) -> Errors:
    """Return a Django validation error as ``{field: [sentence]}``; form-wide ones under ``request``."""
    if not hasattr(exc, "error_dict"):
        return {"request": list(exc.messages)}
    return {
        ("request" if name == NON_FIELD_ERRORS else name): list(messages) for name, messages in exc.message_dict.items()
    }


def flatten(detail: Any, path: str = "") -> Errors:
    """Flatten DRF's nested error detail to ``{"a.b": [sentence]}``; form-wide ones under ``request``."""
    if isinstance(detail, Mapping):
        found: Errors = {}
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else str(name)
            found.update(flatten(inner, ".".join(part for part in (path, step) if part)))
        return found
    if isinstance(detail, list | tuple):
        sentences: list[str] = []
        nested: Errors = {}
        for position, inner in enumerate(detail):
            if isinstance(inner, Mapping | list | tuple):
                nested.update(flatten(inner, f"{path}.{position}" if path else str(position)))
            else:
                sentences.append(force_str(inner))
        return ({path or "request": sentences} if sentences else {}) | nested
    return {path or "request": [force_str(detail)]}
