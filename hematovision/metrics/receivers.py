"""Counts what happens once and leaves no row."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from prometheus_client import Counter

from cases.signals import image_refused

REFUSED = Counter("hematovision_uploads_refused", "Images that were not taken, by the code of the refusal.", ["reason"])


@receiver(image_refused, dispatch_uid="metrics.count_refusal")
def count_refusal(*, code: str, **_: Any) -> None:
    """Count an image that was not taken."""
    REFUSED.labels(code).inc()
