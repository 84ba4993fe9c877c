"""``Idempotency-Key``: a client that got no answer may safely send the same request again.

The same key with the same request gets the stored answer back, marked ``Idempotent-Replayed:
true``, as long as the caller may still read what it is about; with another request it is refused
(422). Only successes are stored: a refused request changed nothing and may be corrected and
repeated under its key. Keys are per caller; answers are ciphertext and kept for ``KEPT_FOR``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from hematovision.chunks import in_chunks
from hematovision.errors import PermissionRefused
from hematovision.field_keys import decrypt_text, encrypt_text, rotate_token
from hematovision.rest.models import StoredAnswer
from hematovision.transactions import atomic_but_for_refusals

KEPT_FOR = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT_HEADERS = ("ETag", "Location")


class KeyUsedForAnotherRequest(exceptions.APIException):
    """The key was already used by this caller for a different request (422)."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = _("This Idempotency-Key was already used for a different request: choose a new key.")


class BadKey(exceptions.APIException):
    """The Idempotency-Key header is empty, too long or not printable ASCII (400)."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "idempotency_key_invalid"
    default_detail = _("An Idempotency-Key is 1 to 255 printable ASCII characters without spaces.")


def fingerprint(request: Request) -> str:
    """Return the SHA-256 of what was asked: method, path and the body in canonical form."""
    asked = [request.method, request.path, request.data]
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False, default=force_str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def once(request: Request, write: Callable[[], Response], allow_again: Callable[[UUID], object]) -> Response:
    """Run ``write`` once per caller and ``Idempotency-Key``; without the header simply run it.

    ``write`` runs inside the transaction that stores its answer, which has the ``id`` of what was
    written. Two equal requests at the same moment: the second waits for the first at the unique
    constraint (on SQLite already at the database's write lock) and gets its answer. ``allow_again``
    is asked with that id before an answer is given a second time: it raises what reading the object
    raises for a caller who may not, and records the view.

    Raises BadKey, KeyUsedForAnotherRequest, and what ``allow_again`` raises.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return write()
    if not KEY.fullmatch(key):
        raise BadKey
    asked = fingerprint(request)
    caller_id: Any = request.user.pk
    with atomic_but_for_refusals():
        _past(StoredAnswer.objects.filter(caller_id=caller_id, key=key)).delete()
        try:
            with transaction.atomic():
                stored = StoredAnswer.objects.create(caller_id=caller_id, key=key)
        except IntegrityError:
            return replay(StoredAnswer.objects.get(caller_id=caller_id, key=key), asked, allow_again)
        try:
            response = write()
        except PermissionRefused:
            # Nothing was answered that a repetition could get again.
            stored.delete()
            raise
        headers = {name: response[name] for name in KEPT_HEADERS if name in response}
        held = {"asked": asked, "status": response.status_code, "body": response.data, "headers": headers}
        # As JSON: the stored answer holds what the client saw, not Python objects.
        stored.sealed = encrypt_text(json.dumps(held, cls=JSONEncoder))
        stored.object_id = UUID(str(response.data["id"]))
        stored.save()
    return response


def replay(stored: StoredAnswer, asked: str, allow_again: Callable[[UUID], object]) -> Response:
    """Return the stored answer of a key, or raise KeyUsedForAnotherRequest or what ``allow_again`` raises."""
    held = json.loads(decrypt_text(stored.sealed))
    if held["asked"] != asked:
        raise KeyUsedForAnotherRequest
    allow_again(UUID(str(stored.object_id)))
    headers = {**held["headers"], "Idempotent-Replayed": "true"}
    return Response(held["body"], status=held["status"], headers=headers)


def forget_old_answers() -> int:
    """Delete the answers older than ``KEPT_FOR``; return how many rows went."""
    gone, _ = _past(StoredAnswer.objects.all()).delete()
    return gone


def forget_answers_about(ids: Iterable[UUID]) -> int:
    """Delete the answers about objects with these ids, whoever they were given to; return how many rows went."""
    gone, _ = StoredAnswer.objects.filter(object_id__in=list(ids)).delete()
    return gone


def rotate_stored_answers() -> int:
    """Encrypt every stored answer anew under the first field key; return how many there are.

    Of `manage.py rotate_field_keys`, which records it. Raises `cryptography.fernet.InvalidToken` for one that no key opens.
    """
    rotated = 0
    for row in in_chunks(StoredAnswer.objects.only("pk"), by=("pk",), size=500):
        with transaction.atomic():
            stored = StoredAnswer.objects.select_for_update().filter(pk=row.pk).first()
            # It may have been deleted meanwhile, for its age.
            if stored is not None:
                stored.sealed = rotate_token(stored.sealed)
                stored.save(update_fields=["sealed"])
                rotated += 1
    return rotated


def _past(answers: QuerySet[StoredAnswer]) -> QuerySet[StoredAnswer]:
    return answers.filter(created_at__lt=timezone.now() - KEPT_FOR)
