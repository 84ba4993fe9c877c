"""Listens to what the record below announces."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from cases.signals import field_keys_rotated
from reports.services.keys import resave_drafts, rewrap_keys


@receiver(field_keys_rotated)
def _rewrap(sender: Any, **kwargs: Any) -> dict[str, int]:
    return {"reports": rewrap_keys(), "drafts": resave_drafts()}
