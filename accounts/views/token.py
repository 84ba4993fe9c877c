"""The token endpoints of API clients, with their use recorded."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from allauth.idp.oidc.internal.oauthlib.utils import convert_response, extract_params
from allauth.idp.oidc.models import Client, Token
from allauth.idp.oidc.views import RevokeView as AllauthRevokeView
from allauth.idp.oidc.views import TokenView as AllauthTokenView
from django.http import JsonResponse

from accounts.assertions import ASSERTION_TYPE, claimed_client, proves
from accounts.models import ApiClient
from accounts.throttles import refuse_token_request
from accounts.token_server import token_server
from audit.middleware import client_ip
from audit.models import Action, Outcome
from audit.services import record

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class TokenView(AllauthTokenView):
    """Issues tokens to API clients that are open; each attempt of a known client is in the audit trail."""

    _proved: Client | None = None

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer a token request (RFC 6749 section 4.4); the client proves itself by secret or by assertion."""
        by_assertion = _gives_assertion(request)
        named = _named_client(request)
        client = _client(named)
        refused = _throttled(request, named, client)
        if refused is not None:
            return refused
        self._proved = _proved_by_assertion(request, client) if by_assertion else None
        if by_assertion and self._proved is None:
            response: HttpResponse = _wrong_assertion()
        elif "\x00" in named or (client is not None and not client.is_open):
            response = _invalid_client()
        else:
            response = super().post(request)
        if client is not None:
            _record(client, issued=response.status_code == HTTPStatus.OK)
        return response

    def _create_token_response(self, request: HttpRequest, **_unused: Any) -> HttpResponse:
        """Issue the token by the one grant there is."""
        answer: HttpResponse = convert_response(
            *token_server(self._proved).create_token_response(*extract_params(request))
        )
        return answer


class RevokeView(AllauthRevokeView):
    """Withdraws a token at the request of the client it was given to, and of no other (RFC 7009)."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer a revocation request; the client proves itself as for a token. Withdrawal and refusal are in the audit trail."""
        named = _named_client(request)
        client = _client(named)
        refused = _throttled(request, named, client)
        if refused is not None:
            return refused
        by_assertion = _gives_assertion(request)
        proved = _proved_by_assertion(request, client) if by_assertion else None
        if by_assertion and proved is None:
            return _wrong_assertion()
        if "\x00" in named:
            return _invalid_client()
        token = _token(request.POST.get("token", ""))
        if token is not None and token.client_id != named:
            return self._refuse(request, client, token, proved)
        response: HttpResponse = convert_response(
            *token_server(proved).create_revocation_response(*extract_params(request))
        )
        if client is not None and token is not None and response.status_code == HTTPStatus.OK:
            _record_revocation(client, token, outcome=Outcome.SUCCESS)
        return response

    def _refuse(
        self, request: HttpRequest, client: ApiClient | None, token: Token, proved: Client | None
    ) -> HttpResponse:
        """Answer who asks about another client's token: first whether it is a client at all (RFC 7009 section 2.1)."""
        if client is None or (proved is None and not _knows_secret(request, client.client)):
            return _invalid_client()
        _record_revocation(client, token, outcome=Outcome.DENIED)
        return JsonResponse(
            {
                "error": "invalid_grant",
                "error_description": "The token was issued to another client.",  # not translated
            },
            status=HTTPStatus.BAD_REQUEST,
        )


def _throttled(request: HttpRequest, named: str, client: ApiClient | None) -> HttpResponse | None:
    """The 429 for a try too many, before any secret is compared; the first of its window is recorded."""
    refusal = refuse_token_request(address=client_ip(request) or "", client_id=named)
    if refusal is None:
        return None
    if refusal.is_first:
        record(
            actor=None,
            action=Action.LOCKED_OUT,
            target=client,
            object_type="accounts.apiclient",
            outcome=Outcome.DENIED,
            reason="Too many token requests in a minute.",  # not translated
        )
    return JsonResponse(
        {
            "error": "temporarily_unavailable",
            "error_description": "Too many requests. Try again later.",  # not translated
        },
        status=HTTPStatus.TOO_MANY_REQUESTS,
        headers={"Retry-After": str(refusal.retry_after_s), "Cache-Control": "no-store"},
    )


def _knows_secret(request: HttpRequest, client: Client) -> bool:
    secret = _credentials(request)[1]
    return bool(secret) and "\x00" not in secret and bool(client.check_secret(secret))


def _token(value: str) -> Token | None:
    """The row of a token, valid or not; None for a value that is none."""
    found: Token | None = None
    if value and value.isascii() and "\x00" not in value:
        found = Token.objects.by_value(value).first()
    return found


def _record_revocation(client: ApiClient, token: Token, *, outcome: Outcome) -> None:
    record(
        actor=client.user if outcome == Outcome.SUCCESS else None,
        action=Action.DELETE,
        target=client,
        laboratory_id=getattr(client.organisation.laboratory, "pk", None),
        outcome=outcome,
        reason="A token was withdrawn."  # not translated
        if outcome == Outcome.SUCCESS
        else "It asked to withdraw the token of another client.",  # not translated
        after={"token": str(token.pk)},
    )


def _invalid_client(status: HTTPStatus = HTTPStatus.UNAUTHORIZED) -> JsonResponse:
    """The answer that a wrong secret gets as well (RFC 6749 section 5.2)."""
    return JsonResponse({"error": "invalid_client"}, status=status, headers={"Cache-Control": "no-store"})


def _wrong_assertion() -> JsonResponse:
    """One answer for all that is wrong with an assertion, without a hint (RFC 6749 section 5.2)."""
    return _invalid_client(HTTPStatus.BAD_REQUEST)


def _proved_by_assertion(request: HttpRequest, client: ApiClient | None) -> Client | None:
    """The open client that the assertion proves, where the request gives nothing else of it; uses the assertion up."""
    form = request.POST
    if client is None or not client.is_open or form.get("client_assertion_type") != ASSERTION_TYPE:
        return None
    # One way in a request (RFC 6749 section 2.3), and one client.
    if "Authorization" in request.headers or "client_secret" in form:
        return None
    if form.get("client_id", client.client_id) != client.client_id or len(form.getlist("client_assertion")) != 1:
        return None
    return client.client if proves(form["client_assertion"], client) else None


def _gives_assertion(request: HttpRequest) -> bool:
    return "client_assertion" in request.POST or "client_assertion_type" in request.POST


def _record(client: ApiClient, *, issued: bool) -> None:
    record(
        actor=client.user if issued else None,
        action=Action.SIGN_IN if issued else Action.SIGN_IN_FAILED,
        target=client,
        laboratory_id=getattr(client.organisation.laboratory, "pk", None),
        outcome=Outcome.SUCCESS if issued else Outcome.DENIED,
        reason="" if issued else "The token request was refused.",  # not translated
    )


def _named_client(request: HttpRequest) -> str:
    """The client id that the request gives, in an assertion, the header or the form; empty if none can be read."""
    return claimed_client(request.POST.get("client_assertion", "")) or _credentials(request)[0]


def _credentials(request: HttpRequest) -> tuple[str, str]:
    """The client id and secret that the request gives; empty where none can be read."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return str(request.POST.get("client_id", "")), str(request.POST.get("client_secret", ""))
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret


def _client(client_id: str) -> ApiClient | None:
    # NUL would be a crash in PostgreSQL, not an unknown client.
    if not client_id or "\x00" in client_id:
        return None
    return (
        ApiClient.objects.select_related("client", "user__organisation", "organisation__refers_to")
        .filter(client_id=client_id)
        .first()
    )
