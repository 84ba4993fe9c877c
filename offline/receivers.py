"""Listens to what the record below announces."""

from __future__ import annotations

from typing import Any

from offline.services.device_keys import rewrite_private_keys


def rotate_device_keys(sender: Any, **kwargs: Any) -> dict[str, int]:
    """Encrypt the private halves under the first field key."""
    return {"device_keys": rewrite_private_keys()}
