"""The token endpoint, with its use recorded."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import TYPE_CHECKING

from allauth.idp.oidc.views import TokenView as AllauthTokenView
from django.http import JsonResponse

from accounts.models import ApiClient
from audit.models import Action, Outcome
from audit.services import record

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class TokenView(AllauthTokenView):
    """Issues tokens to API clients that are open; each attempt of a known client is in the trail."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer a token request (RFC 6749 section 4.4)."""
        client = _client_of(request)
        if client is not None and not client.is_open:
            # The same words as for a wrong secret (RFC 6749 section 5.2).
            response: HttpResponse = JsonResponse({"error": "invalid_client"}, status=HTTPStatus.UNAUTHORIZED)
        else:
            response = super().post(request)
        if client is not None:
            _record(client, issued=response.status_code == HTTPStatus.OK)
        return response


def _record(client: ApiClient, *, issued: bool) -> None:
    record(
        actor=client.user if issued else None,
        action=Action.SIGN_IN if issued else Action.SIGN_IN_FAILED,
        target=client,
        laboratory_id=getattr(client.organisation.laboratory, "pk", None),
        outcome=Outcome.SUCCESS if issued else Outcome.DENIED,
        reason="" if issued else "The token request was refused.",
    )


def _client_of(request: HttpRequest) -> ApiClient | None:
    """The API client that the request names, authenticated or not."""
    client_id = request.POST.get("client_id", "")
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id = base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return None
    if not client_id or "\x00" in client_id:
        return None
    return (
        ApiClient.objects.select_related("user__organisation", "organisation__refers_to")
        .filter(client_id=client_id)
        .first()
    )
