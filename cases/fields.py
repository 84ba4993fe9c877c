"""Model fields whose column holds ciphertext."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models

from cases.crypto import decrypt_text, encrypt_text

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class _EncryptedMixin:
    """Stores text as ciphertext. Only `isnull` can be asked of it: the same value encrypts differently each time."""

    def get_internal_type(self) -> str:
        return "TextField"

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every comparison but `isnull`, so that a search on ciphertext fails loudly, not silently."""
        if lookup_name != "isnull":
            return None
        return super().get_lookup(lookup_name)  # type: ignore[misc]

    def get_db_prep_value(  # the signature is the database layer's
        self,
        value: Any,
        connection: BaseDatabaseWrapper,
        prepared: bool = False,  # noqa: FBT001, FBT002
    ) -> str | None:
        if not prepared:
            value = self.get_prep_value(value)  # type: ignore[attr-defined]
        if value is None:
            return None
        return encrypt_text(value.isoformat() if isinstance(value, dt.date) else str(value))


class EncryptedCharField(_EncryptedMixin, models.CharField):  # type: ignore[type-arg]
    """Short text encrypted at rest; `max_length` limits the plain text."""

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> str | None:
        return None if value is None else decrypt_text(value)


class EncryptedDateField(_EncryptedMixin, models.DateField):  # type: ignore[type-arg]
    """A calendar date encrypted at rest."""

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> dt.date | None:
        return None if value is None else dt.date.fromisoformat(decrypt_text(value))
