"""Pages that use the camera of the device; the others may not even ask for it."""

from __future__ import annotations

from django.conf import settings
from django_permissions_policy.decorators import permissions_policy_override

uses_camera = permissions_policy_override({**settings.PERMISSIONS_POLICY, "camera": ["self"]})
"""Decorates a view whose page opens the camera from a script."""
