"""What django-allauth's identity provider asks the product about API clients."""

from __future__ import annotations

import secrets

from allauth.idp.oidc.adapter import DefaultOIDCAdapter

from accounts.scopes import SCOPES


class ClientAdapter(DefaultOIDCAdapter):
    """Names the scopes and makes secrets that survive shells, URLs and configuration files."""

    scope_display = SCOPES

    def generate_client_secret(self) -> str:
        """Return 256 random bits, URL-safe."""
        return secrets.token_urlsafe(32)
