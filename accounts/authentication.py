"""Authenticates REST calls by an OAuth2 bearer token of an API client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.idp.oidc.models import Token
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiClient
from audit import context

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User


class ClientTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>` of a client-credentials grant.

    The request then acts as the client's service account, with `user.token_scopes` set to what the token *and*
    the client allow: taking a scope from a client takes it from tokens already issued.
    """

    keyword = b"bearer"

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """Return the service account and the token; None when the header speaks of something else.

        Raises `AuthenticationFailed` for a token that is unknown, expired, or whose client or organisation is
        closed. All of them get the same answer.
        """
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword:
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("The Authorization header must be 'Bearer' and one token.")  # not translated
        token = self._valid_token(parts[1])
        client = self._open_client(token)
        if token is None or client is None:
            raise AuthenticationFailed("The access token is unknown, expired or withdrawn.")  # not translated
        user = client.user
        user.token_scopes = frozenset(token.get_scopes()) & frozenset(client.scopes)
        context.set_token(str(token.pk))
        return user, token

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401 answer (RFC 6750 section 3)."""
        if get_authorization_header(request):
            return 'Bearer realm="HematoVision API", error="invalid_token"'
        return 'Bearer realm="HematoVision API"'

    def _valid_token(self, value: bytes) -> Token | None:
        try:
            text = value.decode("ascii")
        except UnicodeDecodeError:
            return None
        found: Token | None = Token.objects.lookup(Token.Type.ACCESS_TOKEN, text)
        return found

    def _open_client(self, token: Token | None) -> ApiClient | None:
        if token is None:
            return None
        return (
            ApiClient.objects.select_related("user__organisation__refers_to", "organisation")
            .filter(
                client_id=token.client_id,
                is_active=True,
                organisation__is_active=True,
                user__is_active=True,
            )
            .first()
        )


def scopes_needed(view: Any, method: str) -> tuple[str, ...]:
    """Scopes that `view.required_scopes` names for `method`, as a tuple."""
    needed = getattr(view, "required_scopes", {}).get(method, ())
    return (needed,) if isinstance(needed, str) else tuple(needed)
