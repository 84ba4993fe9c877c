"""System checks: whether browsers can be told."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from notices.conf import push_public_key


@checks.register(checks.Tags.security)
def check_push_key(**_kwargs: Any) -> list[checks.CheckMessage]:
    """The key is one, where there is one."""
    try:
        push_public_key()
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), hint="Without a key, browsers are not told.", id="notices.E001")]
    return []
