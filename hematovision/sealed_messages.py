"""Sentences that wait in a session for the next page, as ciphertext: sessions lie in the database, and a sentence may name a patient."""

from __future__ import annotations

from typing import Any

import structlog
from django.contrib.messages.storage.session import SessionStorage

from hematovision.field_keys import UndecryptableValueError, decrypt_text, encrypt_text

log = structlog.get_logger(__name__)


class SealedMessages(SessionStorage):
    """Django's storage in the session, under the field keys (`MESSAGE_STORAGE`).

    What opens with no key is left out, and the page is shown without it: a sentence waits for minutes, and keys are rotated
    without walking sessions.
    """

    def serialize_messages(self, messages: Any) -> str:
        """Return the sentences as ciphertext."""
        return encrypt_text(super().serialize_messages(messages))

    def deserialize_messages(self, data: Any) -> Any:
        """Return the sentences; none where there are none, or they lie under a key that is gone."""
        if not data:
            return []
        try:
            return super().deserialize_messages(decrypt_text(data))
        except UndecryptableValueError:
            log.warning("messages_under_no_key")
            return []
