"""Encryption of identifiers at rest, and the keyed index that still lets them be found.

A column holds what `hematovision.field_keys` makes of a value. A blind index is HMAC-SHA256 under another key of the
normalised value, one derived key per field, so equal values in different columns do not look equal.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from django.conf import settings

from hematovision.field_keys import UndecryptableValueError, decrypt_text, encrypt_text, field_cipher, rotate_token

__all__ = [
    "UndecryptableValueError",
    "blind_index",
    "decrypt_text",
    "encrypt_text",
    "field_cipher",
    "normalise_number",
    "normalise_words",
    "rotate_token",
]


def normalise_words(value: str) -> str:
    """Return a name as it is compared: compatibility form, case folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def normalise_number(value: str) -> str:
    """Return a record number as it is compared: compatibility form, case folded, no spaces at all."""
    return "".join(unicodedata.normalize("NFKC", value).casefold().split())


def blind_index(field: str, normalised: str) -> str:
    """Return the 64 hex digits under which `normalised` is found in the index of `field`."""
    root = settings.HEMATOVISION_BLIND_INDEX_KEY.encode("utf-8")
    key = hmac.new(root, b"hematovision.blind-index." + field.encode("ascii"), hashlib.sha256).digest()
    return hmac.new(key, normalised.encode("utf-8"), hashlib.sha256).hexdigest()
