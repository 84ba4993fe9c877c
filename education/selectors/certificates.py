"""Which certificate a hash belongs to."""

from __future__ import annotations

import re

from django.db.models import Q
from django.urls import reverse

from education.models import Certificate

_HASH = re.compile(r"[0-9a-f]{64}")


def find_certificate(value: str) -> Certificate | None:
    """The certificate whose content or whose file has this SHA-256."""
    value = value.strip().lower()
    # Anything else is not asked for: a database may refuse it, as PostgreSQL does a NUL.
    if not _HASH.fullmatch(value):
        return None
    return Certificate.objects.filter(Q(content_hash=value) | Q(pdf_hash=value)).first()


def certificate_address(value: str) -> str:
    """Where the certificate with this SHA-256 is checked; empty where there is none."""
    found = find_certificate(value)
    return reverse("education:check", args=[found.content_hash]) if found is not None else ""
