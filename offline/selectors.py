"""Reads of devices that pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.providers import KeepingDevice
from offline.models import DeviceKey

if TYPE_CHECKING:
    from accounts.models import User


def keeping_devices(user: User) -> list[KeepingDevice]:
    """Return the devices of `user` that are not revoked, newest first."""
    return [
        KeepingDevice(
            browser=key.browser,
            created_at=key.created_at,
            last_used_at=key.last_used_at,
            revoke_address=reverse("offline:revoke", args=[key.pk]),
        )
        for key in DeviceKey.objects.visible_to(user).in_use()
    ]
