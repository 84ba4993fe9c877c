"""Which pages may ask for the camera: the policy of the site refuses it, and a view that needs it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django_permissions_policy.decorators import permissions_policy_override

if TYPE_CHECKING:
    from collections.abc import Callable

_View = TypeVar("_View", bound="Callable[..., Any]")


def uses_camera(view: _View) -> _View:
    """Let the page of `view` ask for the camera, which every other page is refused."""
    return permissions_policy_override({**settings.PERMISSIONS_POLICY, "camera": ["self"]})(view)
