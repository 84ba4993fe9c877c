"""Another system gets a token for one organisation and some scopes, and no more than that."""

from __future__ import annotations

import base64
import io
import json
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from accounts.models import ApiClient
from accounts.services import (
    create_api_client,
    renew_client_secret,
    set_api_client_active,
    set_api_client_scopes,
)
from audit.models import AuditEvent
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable

pytestmark = pytest.mark.django_db

TOKEN_URL = "/identity/o/api/token"
CASES = "/api/v1/cases/"


@pytest.fixture
def lis(riverside):
    """A client of riverside-clinic that reads and writes cases."""
    return create_api_client(actor=None, name="LIS", organisation=riverside, scopes=["cases:read", "cases:write"])


def ask(client, lis, secret=None, **form):
    data = {"grant_type": "client_credentials", "client_id": lis.client_id}
    return client.post(TOKEN_URL, data | {"client_secret": secret or lis.client_secret} | form)


def bearer(value):
    return {"Authorization": f"Bearer {value}"}


def test_the_command_prints_the_credentials_once(client, riverside, settings):
    settings.HEMATOVISION_BASE_URL = "https://smears.example"
    said = io.StringIO()
    call_command(
        "create_api_client", "LIS", "--organisation", "riverside-clinic",
        "--scope", "cases:read", "--scope", "images:write", stdout=said,
    )  # fmt: skip
    printed = json.loads(said.getvalue())
    assert set(printed) == {"client_id", "client_secret", "token_url"}
    assert printed["token_url"] == f"https://smears.example{TOKEN_URL}"
    stored = OAuthClient.objects.get(pk=printed["client_id"])
    assert printed["client_secret"] not in stored.secret
    assert stored.check_secret(printed["client_secret"])
    assert ApiClient.objects.get().scopes == ["cases:read", "images:write"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["LIS", "--organisation", "nowhere", "--scope", "cases:read"],
        ["LIS", "--organisation", "riverside-clinic", "--scope", "everything"],
        ["LIS", "--organisation", "riverside-clinic"],
    ],
)
def test_the_command_refuses_what_makes_no_sense(riverside, arguments):
    with pytest.raises(CommandError):
        call_command("create_api_client", *arguments)
    assert not ApiClient.objects.exists()


def test_a_name_is_used_once_in_an_organisation(riverside, hilltop, lis):
    with pytest.raises(Unprocessable):
        create_api_client(actor=None, name="LIS", organisation=riverside, scopes=["cases:read"])
    create_api_client(actor=None, name="LIS", organisation=hilltop, scopes=["cases:read"])


def test_a_token_is_given_and_opens_the_api(client, lis):
    answer = ask(client, lis).json()
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 3600
    assert set(answer["scope"].split()) == {"cases:read", "cases:write"}
    assert "refresh_token" not in answer
    assert client.get(CASES, headers=bearer(answer["access_token"])).status_code == 200
    assert answer["access_token"] not in str(list(Token.objects.values()))


def test_the_secret_may_come_as_basic_authentication(client, lis):
    pair = base64.b64encode(f"{lis.client_id}:{lis.client_secret}".encode()).decode()
    response = client.post(TOKEN_URL, {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {pair}"})
    assert response.status_code == 200


def test_fewer_scopes_can_be_asked_for_and_more_cannot(client, lis):
    assert ask(client, lis, scope="cases:read").json()["scope"] == "cases:read"
    assert ask(client, lis, scope="cases:read predictions:read").status_code == 400


def test_issuing_and_refusing_are_recorded(client, lis, central):
    ask(client, lis)
    event = AuditEvent.objects.filter(action="sign_in").first()
    assert (event.actor_name, event.actor_role, event.organisation) == ("LIS", "service", "riverside-clinic")
    ask(client, lis, secret="wrong")
    event = AuditEvent.objects.filter(action="sign_in_failed").first()
    assert (event.object_id, event.outcome) == (str(lis.api_client.pk), "denied")
    assert event.laboratory_id == central.pk


@pytest.mark.parametrize(
    "form",
    [
        {"client_secret": "wrong"},
        {"client_id": "nobody"},
        {"client_id": "nul\x00"},
        {"grant_type": "password", "username": "x", "password": "y"},
        {"grant_type": "authorization_code", "code": "x"},
        {"grant_type": ""},
    ],
)
def test_no_token_for_anything_else(client, lis, form):
    assert ask(client, lis, **form).status_code in {400, 401}
    assert not Token.objects.exists()


@pytest.mark.parametrize("header", ["Basic !!!", "Basic ", "Basic //8=", "Basic AGE6Yg=="])
@pytest.mark.parametrize("path", [TOKEN_URL, "/identity/o/api/revoke"])
def test_a_garbled_header_is_an_answer_not_a_crash(client, db, path, header):
    form = {"grant_type": "client_credentials", "token": "x"}
    assert client.post(path, form, headers={"Authorization": header}).status_code in {400, 401}


def test_the_other_endpoints_of_the_library_are_not_there(client, db):
    for path in ("authorize", "device", "api/device/code", "api/userinfo", "api/clients"):
        assert client.get(f"/identity/o/{path}").status_code == 404
    assert client.get("/.well-known/openid-configuration").status_code == 404


# Says of itself that it needs no signature ("alg": "none") and is the superuser's.
UNSIGNED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290IiwiZXhwIjo0MTAyNDQ0ODAwfQ."


@pytest.mark.parametrize(
    "value", ["", "unknown", "two words", "\u00e9".encode("latin-1").decode("latin-1"), "x" * 5000, UNSIGNED]
)
def test_an_unknown_token_is_401_with_a_challenge(client, db, value):
    response = client.get(CASES, headers=bearer(value))
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response["Content-Type"] == "application/problem+json"


def test_no_credentials_is_401_with_a_challenge(client, db):
    response = client.get(CASES)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="HematoVision API"')


def test_an_expired_token_is_refused(client, token_for, riverside):
    value = token_for(riverside, "cases:read")
    assert client.get(CASES, headers=bearer(value)).status_code == 200
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(CASES, headers=bearer(value)).status_code == 401


def test_a_token_in_the_address_is_not_accepted(client, token_for, riverside):
    value = token_for(riverside, "cases:read")
    assert client.get(CASES, {"access_token": value}).status_code == 401


def test_a_revoked_token_is_refused(client, lis):
    value = ask(client, lis).json()["access_token"]
    form = {"token": value, "client_id": lis.client_id, "client_secret": lis.client_secret}
    assert client.post("/identity/o/api/revoke", form).status_code == 200
    assert client.get(CASES, headers=bearer(value)).status_code == 401


def test_closing_the_client_stops_its_tokens_and_gives_no_new_one(client, ines, lis):
    value = ask(client, lis).json()["access_token"]
    set_api_client_active(actor=ines, api_client=lis.api_client, is_active=False)
    assert client.get(CASES, headers=bearer(value)).status_code == 401
    assert ask(client, lis).status_code == 401


def test_closing_the_organisation_stops_its_tokens(client, riverside, lis):
    value = ask(client, lis).json()["access_token"]
    riverside.is_active = False
    riverside.save()
    assert client.get(CASES, headers=bearer(value)).status_code == 401
    assert ask(client, lis).status_code == 401


def test_a_scope_removed_from_a_client_leaves_tokens_already_out(client, ines, lis):
    value = ask(client, lis).json()["access_token"]
    set_api_client_scopes(actor=ines, api_client=lis.api_client, scopes=["cases:write"])
    assert client.get(CASES, headers=bearer(value)).status_code == 403


def test_a_new_secret_ends_the_old_one(client, ines, lis):
    value = ask(client, lis).json()["access_token"]
    renewed = renew_client_secret(actor=ines, api_client=lis.api_client)
    assert client.get(CASES, headers=bearer(value)).status_code == 401
    assert ask(client, lis).status_code == 401
    assert ask(client, renewed).status_code == 200


def test_what_a_token_does_is_recorded_as_the_client(client, lis):
    value = ask(client, lis).json()["access_token"]
    client.get(CASES, headers=bearer(value))
    event = AuditEvent.objects.filter(actor_id=lis.api_client.user_id, object_type__startswith="cases").first()
    assert event is not None
    assert event.token == str(Token.objects.get().pk)
    assert event.organisation == "riverside-clinic"


def test_an_administrator_makes_clients_for_the_own_laboratory_only(ines, hilltop, lakeside):
    create_api_client(actor=ines, name="LIS", organisation=hilltop, scopes=["cases:read"])
    with pytest.raises(NotFound):
        create_api_client(actor=ines, name="LIS", organisation=lakeside, scopes=["cases:read"])


@pytest.mark.parametrize("who", ["amina", "pavel", "olga", "sami"])
def test_nobody_else_makes_clients(request, riverside, who):
    with pytest.raises(PermissionRefused):
        create_api_client(actor=request.getfixturevalue(who), name="x", organisation=riverside, scopes=["cases:read"])


def test_a_client_needs_known_scopes_and_an_open_organisation(riverside):
    for scopes in ([], ["cases:everything"]):
        with pytest.raises(Unprocessable):
            create_api_client(actor=None, name="x", organisation=riverside, scopes=scopes)
    riverside.is_active = False
    riverside.save()
    with pytest.raises(Conflict):
        create_api_client(actor=None, name="x", organisation=riverside, scopes=["cases:read"])
