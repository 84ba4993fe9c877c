"""Issues and withdraws tokens of the one grant there is, whichever way the client proved itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.idp.oidc.internal.oauthlib.request_validator import OAuthLibRequestValidator
from allauth.idp.oidc.internal.oauthlib.server import generate_opaque_token
from django.conf import settings
from oauthlib.oauth2 import BackendApplicationServer

from accounts.scopes import opened_by

if TYPE_CHECKING:
    from allauth.idp.oidc.models import Client
    from oauthlib.common import Request


class _Validator(OAuthLibRequestValidator):
    """The library's, but a client may have proved itself before, and scopes of SMART stand for the client's own."""

    def __init__(self, proved: Client | None) -> None:
        self._proved = proved

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """Take the client that an assertion proved; otherwise compare the secret."""
        if self._proved is None:
            return bool(super().authenticate_client(request, *args, **kwargs))
        self._use_client(request, self._proved)
        return True

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Client, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Refuse what the client may not have; the token and its answer name what was asked for and what that opens."""
        opened = opened_by(scopes)
        request.scopes = list(dict.fromkeys([*scopes, *opened]))
        return bool(super().validate_scopes(client_id, opened, client, request, *args, **kwargs))


def token_server(proved: Client | None) -> BackendApplicationServer:
    """A server for one request for a token or its end; `proved` is the client that an assertion proved, None where a secret has to."""
    return BackendApplicationServer(
        _Validator(proved),
        token_generator=generate_opaque_token,
        token_expires_in=settings.IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN,
    )
