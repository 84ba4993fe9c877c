"""The keys of an installation, known in a backup by their fingerprints alone."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

NAMES = {
    "field": "HEMATOVISION_FIELD_KEYS",
    "blind_index": "HEMATOVISION_BLIND_INDEX_KEY",
    "checkpoint": "HEMATOVISION_AUDIT_CHECKPOINT_KEY",
}
MEANING = {
    "field": "patient identifiers and signed reports cannot be read",
    "blind_index": "no patient can be found by name or record number",
    "checkpoint": "the checkpoints of the audit trail and this backup cannot be verified",
}


def fingerprint(key: str) -> str:
    """16 hexadecimal digits that tell one key from another and lead back to none of them."""
    return hmac.new(key.encode(), b"hematovision.backup.fingerprint", hashlib.sha256).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys at hand, of each kind the one in use first."""

    field: tuple[str, ...]
    blind_index: tuple[str, ...]
    checkpoint: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """The variables that give them to the application."""
        return {name: ",".join(getattr(self, kind)) for kind, name in NAMES.items()}

    def fingerprints(self) -> dict[str, list[str]]:
        """What a backup keeps of them."""
        return {kind: [fingerprint(key) for key in getattr(self, kind)] for kind in NAMES}

    def missing(self, wanted: dict[str, list[str]]) -> list[str]:
        """A sentence for each key the data of a backup was written under that is not at hand."""
        at_hand = self.fingerprints()
        return [
            f"The key with the fingerprint {each} is not in {NAMES[kind]}: without it {MEANING[kind]}. "
            "The RUNBOOK (Keys) says where keys are kept."
            for kind in NAMES
            for each in wanted.get(kind, [])
            if each not in at_hand[kind]
        ]

    def open(self, token: str) -> bool:
        """Whether one of the field keys opens a stored identifier."""
        try:
            MultiFernet([Fernet(key) for key in self.field]).decrypt(token.encode("ascii"))
        except (InvalidToken, ValueError):
            return False
        return True
