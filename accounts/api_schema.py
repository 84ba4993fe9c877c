"""How the OpenAPI document describes sign-in to the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from accounts.authentication import scopes_needed
from accounts.scopes import SCOPES

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema


class ClientTokenScheme(OpenApiAuthenticationExtension):
    """Client credentials, with the scopes that each operation needs."""

    target_class = "accounts.authentication.ClientTokenAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """The scheme as OpenAPI 3 spells it."""
        return {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": reverse("idp:oidc:token"),
                    "scopes": dict(SCOPES),
                }
            },
        }

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[Any]] | list[dict[str, list[Any]]]:
        """The scopes of one operation, none where any token will do; nothing where it takes no token, only a session."""
        if not hasattr(auto_schema.view, "required_scopes"):
            return {self.name: []}
        scopes = scopes_needed(auto_schema.view, auto_schema.method)
        return {self.name: list(scopes)} if scopes else []
