"""``Idempotency-Key``: a client that got no answer may safely send the same request again.

The same key with the same request gets the stored answer back, marked ``Idempotent-Replayed:
true``; with another request it is refused (422). Only successes are stored: a refused request
changed nothing and may be corrected and repeated under its key. Keys are per caller and kept
for ``KEPT_FOR``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.encoding import force_str
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from hematovision.errors import PermissionRefused
from hematovision.rest.models import StoredAnswer
from hematovision.transactions import atomic_but_for_refusals

KEPT_FOR = timedelta(hours=24)
DELETED_AT_ONCE = 200
KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT_HEADERS = ("ETag", "Location")


class KeyUsedForAnotherRequest(exceptions.APIException):
    """The key was already used by this caller for a different request (422)."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key was already used for a different request: choose a new key."


class BadKey(exceptions.APIException):
    """The Idempotency-Key header is empty, too long or not printable ASCII (400)."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "idempotency_key_invalid"
    default_detail = "An Idempotency-Key is 1 to 255 printable ASCII characters without spaces."


def fingerprint(request: Request) -> str:
    """Return the SHA-256 of what was asked: method, path and the body in canonical form."""
    asked = [request.method, request.path, request.data]
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False, default=force_str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def once(request: Request, write: Callable[[], Response]) -> Response:
    """Run ``write`` once per caller and ``Idempotency-Key``; without the header simply run it.

    ``write`` runs inside the transaction that stores its answer. Two equal requests at the same
    moment: the second waits for the first at the unique constraint (on SQLite already at the
    database's write lock) and gets its answer. Raises BadKey and KeyUsedForAnotherRequest.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return write()
    if not KEY.fullmatch(key):
        raise BadKey
    asked = fingerprint(request)
    caller_id: Any = request.user.pk
    with atomic_but_for_refusals():
        forget_old_answers()
        try:
            with transaction.atomic():
                stored = StoredAnswer.objects.create(caller_id=caller_id, key=key, fingerprint=asked)
        except IntegrityError:
            return replay(caller_id=caller_id, key=key, asked=asked)
        try:
            response = write()
        except PermissionRefused:
            # Nothing was answered that a repetition could get again.
            stored.delete()
            raise
        stored.status = response.status_code
        # Through JSON and back: the stored answer holds what the client saw, not Python objects.
        stored.body = json.loads(json.dumps(response.data, cls=JSONEncoder))
        stored.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
        stored.save()
    return response


def replay(*, caller_id: Any, key: str, asked: str) -> Response:
    """Return the stored answer of a key, or raise KeyUsedForAnotherRequest."""
    stored = StoredAnswer.objects.get(caller_id=caller_id, key=key)
    if stored.fingerprint != asked:
        raise KeyUsedForAnotherRequest
    headers = {**stored.headers, "Idempotent-Replayed": "true"}
    return Response(stored.body, status=stored.status, headers=headers)


def forget_old_answers() -> int:
    """Delete answers older than ``KEPT_FOR``, some at a time; return how many rows went.

    Rows that another request is deleting at this moment are left to it: neither waits for the other.
    """
    old = StoredAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    some = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:DELETED_AT_ONCE])
    gone, _ = StoredAnswer.objects.filter(pk__in=some).delete()
    return gone
