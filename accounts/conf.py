"""Addresses for places where no request is at hand: e-mails and commands."""

from django.conf import settings


def absolute_url(path: str) -> str:
    """Return `path` (starting with a slash) below `HEMATOVISION_BASE_URL`."""
    base = getattr(settings, "HEMATOVISION_BASE_URL", "") or "http://127.0.0.1:8000"
    return f"{base.rstrip('/')}{path}"
