"""Which certificate a hash belongs to."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from education.models import Certificate


def find_certificate(value: str) -> Certificate | None:
    """The certificate whose content or whose file has this SHA-256."""
    value = value.strip().lower()
    return Certificate.objects.filter(Q(content_hash=value) | Q(pdf_hash=value)).first()


def certificate_address(value: str) -> str:
    """Where the certificate with this SHA-256 is checked; empty where there is none."""
    found = find_certificate(value)
    return reverse("education:check", args=[found.content_hash]) if found is not None else ""
