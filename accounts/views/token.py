"""The token endpoints of API clients, with their use recorded."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import TYPE_CHECKING

from allauth.idp.oidc.views import RevokeView as AllauthRevokeView
from allauth.idp.oidc.views import TokenView as AllauthTokenView
from django.http import JsonResponse

from accounts.models import ApiClient
from audit.models import Action, Outcome
from audit.services import record

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class TokenView(AllauthTokenView):
    """Issues tokens to API clients that are open; each attempt of a known client is in the audit trail."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer a token request (RFC 6749 section 4.4)."""
        named = _named_client(request)
        client = _client(named)
        if "\x00" in named or (client is not None and not client.is_open):
            response: HttpResponse = _invalid_client()
        else:
            response = super().post(request)
        if client is not None:
            _record(client, issued=response.status_code == HTTPStatus.OK)
        return response


class RevokeView(AllauthRevokeView):
    """Withdraws a token at the request of the client it was given to (RFC 7009)."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer a revocation request."""
        if "\x00" in _named_client(request):
            return _invalid_client()
        response: HttpResponse = super().post(request)
        return response


def _invalid_client() -> JsonResponse:
    """The answer that a wrong secret gets as well (RFC 6749 section 5.2)."""
    return JsonResponse({"error": "invalid_client"}, status=HTTPStatus.UNAUTHORIZED)


def _record(client: ApiClient, *, issued: bool) -> None:
    record(
        actor=client.user if issued else None,
        action=Action.SIGN_IN if issued else Action.SIGN_IN_FAILED,
        target=client,
        laboratory_id=getattr(client.organisation.laboratory, "pk", None),
        outcome=Outcome.SUCCESS if issued else Outcome.DENIED,
        reason="" if issued else "The token request was refused.",
    )


def _named_client(request: HttpRequest) -> str:
    """The client id that the request gives, in the header or the form; empty if none can be read."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return str(request.POST.get("client_id", ""))
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _client(client_id: str) -> ApiClient | None:
    # NUL would be a crash in PostgreSQL, not an unknown client.
    if not client_id or "\x00" in client_id:
        return None
    return (
        ApiClient.objects.select_related("user__organisation", "organisation__refers_to")
        .filter(client_id=client_id)
        .first()
    )
