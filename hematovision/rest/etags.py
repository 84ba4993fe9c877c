"""Versions of a record: ``ETag`` out; ``If-Match`` in, 412 when somebody else was faster; ``If-None-Match`` in, 304.

The tag has two parts, version and answer. The version is a hash of what a person entered and where the record
stands: it alone is compared with ``If-Match``, because the progress of an analysis must not make a clinic's submit
stale. The second part is a hash of the whole answer: it is compared with ``If-None-Match``, because whoever asks
"anything new?" wants to hear of that progress.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

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
    wanted = {_version_of(tag) for tag in parse_etags(header)}
    if "*" not in wanted and current not in wanted:
        raise PreconditionFailed


def answer_tag(version: str, data: Any) -> str:
    """Return the quoted entity tag of an answer: the version of its record, and a hash of `data`."""
    text = json.dumps(data, cls=JSONEncoder, sort_keys=True, ensure_ascii=False)
    answer = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f'{version[:-1]}.{answer}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the request's ``If-None-Match`` names the answer with this tag; compared weakly (RFC 9110, 13.1.2)."""
    known = parse_etags(request.headers.get("If-None-Match", "").strip())
    return "*" in known or tag in {one.removeprefix("W/") for one in known}


def _version_of(tag: str) -> str:
    """The version part of a tag as it was handed out; a tag of a version alone stays as it is."""
    version, dot, _ = tag.partition(".")
    return f'{version}"' if dot else tag
