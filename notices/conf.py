"""Settings of this app."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_KEY_BYTES = 32


def push_key() -> str:
    """Return the private key under which browsers are told, or nothing where none are."""
    return str(settings.HEMATOVISION_VAPID_KEY)


def push_public_key() -> str:
    """Return what a browser subscribes under: the public half, an uncompressed point in base64url; nothing without a key."""
    return _public_half(push_key()) if push_key() else ""


def push_hosts() -> tuple[str, ...]:
    """Return the services of browser makers that messages are handed to; a name stands for what is below it too."""
    return tuple(settings.HEMATOVISION_PUSH_HOSTS)


@lru_cache(maxsize=1)
def _public_half(key: str) -> str:
    try:
        raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        if len(raw) != _KEY_BYTES:
            raise ValueError("too short or too long")  # noqa: TRY301
        private = ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
    except ValueError as error:
        sentence = "HEMATOVISION_VAPID_KEY is no private key of the curve P-256 in base64url: `manage.py new_push_key`."
        raise ImproperlyConfigured(sentence) from error
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
