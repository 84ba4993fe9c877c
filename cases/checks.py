"""System checks: what the clinical record needs before it can take a patient."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.files.base import ContentFile

from cases.crypto import field_cipher
from cases.storage import PROBES, clinical_storage

MIN_INDEX_KEY_LENGTH = 16
_PROBE = f"{PROBES}writable.txt"


@checks.register(checks.Tags.security)
def check_field_keys(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Identifiers can be encrypted."""
    try:
        if not settings.HEMATOVISION_FIELD_KEYS:
            raise ValueError("no key")  # noqa: TRY301
        field_cipher()
    except (ValueError, AttributeError):
        return [
            checks.Error(
                "No usable key encrypts patient identifiers.",
                hint="Set HEMATOVISION_FIELD_KEYS to one or more Fernet keys, separated by commas; the first encrypts.",
                id="cases.E001",
            )
        ]
    return []


@checks.register(checks.Tags.security)
def check_blind_index_key(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Identifiers can be searched for."""
    if len(getattr(settings, "HEMATOVISION_BLIND_INDEX_KEY", "")) >= MIN_INDEX_KEY_LENGTH:
        return []
    return [
        checks.Error(
            "The key of the search index over patient identifiers is missing or too short.",
            hint=f"Set HEMATOVISION_BLIND_INDEX_KEY to at least {MIN_INDEX_KEY_LENGTH} random characters.",
            id="cases.E002",
        )
    ]


@checks.register(checks.Tags.files)
def check_clinical_storage(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Images can be stored, and their folder has no public address."""
    storage = clinical_storage()
    try:
        storage.delete(storage.save(_PROBE, ContentFile(b"writable")))
    except OSError as error:
        return [
            checks.Error(
                f"The clinical storage cannot be written: {error.strerror or type(error).__name__}.",
                hint="Make the folder media/clinical below HEMATOVISION_VAR writable for the web and worker processes, or, "
                "with HEMATOVISION_STORAGE=s3, let their credentials read, write, list and delete in the bucket.",
                id="cases.E003",
            )
        ]
    return []
