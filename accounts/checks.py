"""System checks: what an installation for real must not have."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from accounts.demo_sign_in import is_routed


@checks.register(checks.Tags.security, deploy=True)
def check_no_demo_accounts(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Nobody signs in with one click or with the printed password."""
    if not (getattr(settings, "DEMO_ACCOUNTS", False) or is_routed()):
        return []
    return [
        checks.Error(
            "Demo accounts are on: anybody who reaches this installation signs in.",
            hint="Use hematovision.settings.production, which has neither DEMO_ACCOUNTS nor hematovision.local_urls.",
            id="accounts.E001",
        )
    ]
