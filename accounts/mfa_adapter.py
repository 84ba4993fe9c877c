"""What django-allauth asks the product about second factors."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter

from hematovision.field_keys import decrypt_text, encrypt_text


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps secrets of authenticator apps and seeds of recovery codes under the field keys: a copy of the database makes no code."""

    def encrypt(self, text: str) -> str:
        """Return what is stored for `text`."""
        return encrypt_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return what `encrypt` was given; raises `UndecryptableValueError`."""
        return decrypt_text(encrypted_text)
