"""Versions of a record: ``ETag`` out, ``If-Match`` in, 412 when somebody else was faster.

The tag is a hash of what a person entered and where the record stands, not of the whole
answer: the progress of an analysis must not make a clinic's submit stale.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.utils.http import parse_etags
from rest_framework.request import Request

from hematovision.errors import PreconditionFailed


def version_tag(parts: Iterable[Any]) -> str:
    """Return the quoted entity tag of the values that make up a record's version."""
    text = json.dumps([str(part) for part in parts], ensure_ascii=False)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def check_if_match(request: Request, current: str) -> None:
    """Compare the request's ``If-Match`` with the record's current tag.

    No header, ``*`` or a matching tag passes. Call it inside the transaction that holds the
    record's lock. Raises PreconditionFailed otherwise; a weak tag never matches (RFC 9110, 13.1.1).
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        return
    wanted = parse_etags(header)
    if "*" not in wanted and current not in wanted:
        raise PreconditionFailed
