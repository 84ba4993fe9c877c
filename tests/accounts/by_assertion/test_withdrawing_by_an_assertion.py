"""A client withdraws its token by its key, and nobody else's."""

from __future__ import annotations

import pytest
from allauth.idp.oidc.models import Token

from accounts.services import create_api_client
from audit.models import AuditEvent
from tests.accounts.by_assertion._assertions import KEYS, REVOKE_URL, STRANGERS, TYPE, WRONG, ask, signed
from tests.accounts.client_keys import document

pytestmark = pytest.mark.django_db


def withdraw(client, assertion, token, **form):
    right = {"client_assertion_type": TYPE, "client_assertion": assertion, "token": token}
    return client.post(REVOKE_URL, right | form)


@pytest.mark.parametrize("algorithm", ["RS384", "ES384"])
def test_a_client_with_keys_alone_withdraws_its_token(client, lis, algorithm):
    token = ask(client, signed(lis)).json()["access_token"]
    assert withdraw(client, signed(lis, algorithm), token).status_code == 200
    assert not Token.objects.exists()
    assert client.get("/api/v1/cases/", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    event = AuditEvent.objects.filter(action="delete").get()
    assert (event.actor_name, event.object_id, event.outcome) == ("LIS", str(lis.api_client.pk), "success")


def test_a_token_that_is_none_is_withdrawn_already(client, lis):
    assert withdraw(client, signed(lis), "nothing").status_code == 200


@pytest.mark.parametrize("wrong", WRONG)
def test_no_other_assertion_withdraws_it(client, lis, wrong):
    token = ask(client, signed(lis)).json()["access_token"]
    answer = withdraw(client, WRONG[wrong](lis), token)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})
    assert Token.objects.exists()


def test_what_got_a_token_does_not_withdraw_it(client, lis):
    assertion = signed(lis)
    token = ask(client, assertion).json()["access_token"]
    assert withdraw(client, assertion, token).status_code == 400
    assert Token.objects.exists()


def test_nobody_withdraws_the_token_of_another_client_by_their_own_key(client, lis, hilltop):
    other = create_api_client(
        actor=None, name="Other", organisation=hilltop, scopes=["cases:read"], jwks=document(KEYS)
    )
    token = ask(client, signed(lis)).json()["access_token"]
    answer = withdraw(client, signed(other), token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert Token.objects.exists()
    event = AuditEvent.objects.filter(action="delete").get()
    assert (event.outcome, event.object_id) == ("denied", str(other.api_client.pk))


@pytest.mark.parametrize(
    "form", [{"client_id": "somebody"}, {"client_secret": "x"}, {"client_assertion_type": "urn:x"}]
)
def test_to_withdraw_it_is_one_way_and_one_client_too(client, lis, form):
    token = ask(client, signed(lis)).json()["access_token"]
    assert withdraw(client, signed(lis), token, **form).status_code == 400
    assert Token.objects.exists()


def test_tries_to_withdraw_are_counted_before_a_signature_is_checked(client, lis, settings, monkeypatch):
    monkeypatch.setattr("accounts.throttles._now", lambda: 1_000_000_010.0)
    settings.TOKEN_TRIES_PER_MINUTE = {"address": 60, "client": 2}
    tries = [withdraw(client, signed(lis, key=STRANGERS), "x").status_code for _ in range(3)]
    assert tries == [400, 400, 429]


def test_a_smart_client_is_told_that_its_key_withdraws_tokens(client, lis):
    said = client.get("/fhir/r4/.well-known/smart-configuration").json()
    assert said["revocation_endpoint"] == "https://smears.example" + REVOKE_URL
    assert "private_key_jwt" in said["revocation_endpoint_auth_methods_supported"]
