"""Encryption of signed reports at rest: each has a key of its own, wrapped under the field keys.

What is sealed never changes, so that the database can refuse every change to it; when the field keys are rotated only
the small wrapped key is written anew.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken

from cases.crypto import decrypt_text, encrypt_text, rotate_token


class BrokenSealError(RuntimeError):
    """What was sealed does not open: it was altered, or its key was."""


def new_key() -> str:
    """Return a fresh key, in the clear; it is kept wrapped only."""
    return Fernet.generate_key().decode("ascii")


def wrap(key: str) -> str:
    """Return `key` encrypted under the first field key."""
    return encrypt_text(key)


def unwrap(wrapped: str) -> str:
    """Return the key behind `wrapped`; raises `cases.crypto.UndecryptableValueError`."""
    return decrypt_text(wrapped)


def rewrap(wrapped: str) -> str:
    """Return the same key encrypted under the field key that is first now."""
    return rotate_token(wrapped)


def seal(key: str, content: bytes) -> bytes:
    """Return `content` encrypted and authenticated under `key`."""
    return Fernet(key.encode("ascii")).encrypt(content)


def open_seal(key: str, sealed: bytes) -> bytes:
    """Return what was sealed; raises `BrokenSealError` when a single bit of it differs."""
    try:
        return Fernet(key.encode("ascii")).decrypt(sealed)
    except (InvalidToken, ValueError) as error:
        raise BrokenSealError("A sealed report does not open.") from error  # not translated
