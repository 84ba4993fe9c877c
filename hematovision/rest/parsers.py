"""Request bodies with a limit: refused by their announced length, before they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.parsers import DataAndFiles, JSONParser, MultiPartParser, get_encoding  # type: ignore[attr-defined]
from rest_framework.utils.json import strict_constant

MULTIPART_OVERHEAD = 64 * 1024  # bytes: boundaries, part headers and small text fields


class RequestTooLarge(exceptions.APIException):
    """The request's announced body is larger than its limit (413)."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _("The request is too large.")


def announced_length(parser_context: Mapping[str, Any] | None) -> int:
    """Return the request's Content-Length in bytes, 0 where it is missing or not a number."""
    request = (parser_context or {}).get("request")
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0) if request is not None else 0
    except ValueError:
        return 0


class CappedJSONParser(JSONParser):
    """JSON up to ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes; NaN, Infinity, endless nesting and repeated members refused.

    Of a member given twice some programs take the first and some the last (RFC 8259 section 4): a proxy or a log would see
    another patient's number than the record gets.
    """

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Refuse a body over the limit with 413, then parse it."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if limit is not None and announced_length(parser_context) > limit:
            raise RequestTooLarge(gettext("A JSON request may be up to %(most)s bytes.") % {"most": f"{limit:,}"})
        try:
            text = stream.read().decode(get_encoding(parser_context or {}))
            found: dict[str, Any] = json.loads(text, parse_constant=strict_constant, object_pairs_hook=_each_once)
        except ValueError as error:
            raise exceptions.ParseError(gettext("JSON parse error - %(error)s") % {"error": error}) from error
        except RecursionError as error:
            # Some thousand brackets are enough, and the decoder has no limit of its own.
            raise exceptions.ParseError(gettext("The JSON is nested too deeply.")) from error
        return found


def _each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise exceptions.ParseError(gettext("A member of the JSON is given twice."))
    return found


class CappedMultiPartParser(MultiPartParser):
    """Multipart form up to one file of ``UPLOAD_MAX_BYTES`` and its overhead."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> DataAndFiles:
        """Refuse a body over the limit with 413, then parse it."""
        limit = settings.UPLOAD_MAX_BYTES
        if announced_length(parser_context) > limit + MULTIPART_OVERHEAD:
            raise RequestTooLarge(gettext("A file may be up to %(most)s MB.") % {"most": limit // (1024 * 1024)})
        return super().parse(stream, media_type, parser_context)
