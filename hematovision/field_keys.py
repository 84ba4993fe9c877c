"""Encryption of single values at rest: identifiers of patients, keys of sealed reports, second factors, stored answers, messages.

A value becomes a Fernet token (AES-128-CBC with HMAC-SHA256, cryptography library). The first key of
`HEMATOVISION_FIELD_KEYS` encrypts, every key decrypts: to rotate, put a new key first, run
`manage.py rotate_field_keys`, then drop the old one.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class UndecryptableValueError(RuntimeError):
    """A stored value does not open with any configured key: a key is missing or the row was altered."""


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key.encode("ascii")) for key in keys])


def field_cipher() -> MultiFernet:
    """Return the cipher over all configured keys; raises `ValueError` when a key is malformed or absent."""
    return _fernet(tuple(settings.HEMATOVISION_FIELD_KEYS))


def encrypt_text(value: str) -> str:
    """Return `value` as a Fernet token under the first key."""
    return field_cipher().encrypt(value.encode("utf-8")).decode("ascii")


def decrypt_text(token: str) -> str:
    """Return what `encrypt_text` was given; raises `UndecryptableValueError`."""
    try:
        return field_cipher().decrypt(token.encode("ascii")).decode("utf-8")
    except (InvalidToken, UnicodeError) as error:
        message = "A stored value opens with none of the configured field keys."  # not translated
        raise UndecryptableValueError(message) from error


def rotate_token(token: str) -> str:
    """Return the same value encrypted under the first key, keeping its time of encryption."""
    return field_cipher().rotate(token.encode("ascii")).decode("ascii")
