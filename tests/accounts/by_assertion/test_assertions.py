"""A client proves itself with a signature of its own key: once, for us, in its time, and by that key alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading

import jwt
import pytest
from allauth.idp.oidc.models import Token
from django.db import connection
from django.test import Client

from accounts import assertions
from accounts.models import ApiClient, UsedAssertion
from accounts.services import create_api_client, set_api_client_active, set_api_client_keys
from audit.models import AuditEvent
from tests.accounts.by_assertion._assertions import AUDIENCE, KEYS, STRANGERS, TOKEN_URL, WRONG, ask, refused, signed
from tests.accounts.client_keys import document, public_pem

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("algorithm", ["RS384", "ES384"])
def test_a_signature_of_its_key_gets_a_token(client, lis, algorithm):
    answer = ask(client, signed(lis, algorithm))
    assert answer.status_code == 200
    given = answer.json()
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3600)
    assert set(given["scope"].split()) == {"cases:read", "reports:read"}
    assert client.get("/api/v1/cases/", headers={"Authorization": f"Bearer {given['access_token']}"}).status_code == 200
    event = AuditEvent.objects.filter(action="sign_in").get()
    assert (event.actor_name, event.object_id) == ("LIS", str(lis.api_client.pk))


def test_the_secret_still_works(client, lis):
    form = {"grant_type": "client_credentials", "client_id": lis.client_id, "client_secret": lis.client_secret}
    assert client.post(TOKEN_URL, form).status_code == 200


def test_an_assertion_is_used_once(client, lis):
    assertion = signed(lis)
    assert ask(client, assertion).status_code == 200
    Token.objects.all().delete()
    assert refused(ask(client, assertion))


def test_another_client_may_use_the_same_id(client, lis, hilltop):
    other = create_api_client(
        actor=None, name="Other", organisation=hilltop, scopes=["cases:read"], jwks=document(KEYS)
    )
    assert ask(client, signed(lis, jti="1")).status_code == 200
    assert ask(client, signed(other, jti="1")).status_code == 200


@pytest.mark.parametrize("wrong", WRONG)
def test_anything_else_is_refused_without_a_hint(client, lis, wrong):
    assert refused(ask(client, WRONG[wrong](lis)))
    assert not UsedAssertion.objects.exists()


@pytest.mark.parametrize("algorithm", ["RS384", "ES384"])
def test_the_public_key_is_no_shared_secret(client, lis, algorithm):
    """HS256 with the public key as its secret: whoever reads the algorithm off the assertion accepts it."""

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    claims = jwt.decode(signed(lis), options={"verify_signature": False})
    content = part({"alg": "HS256", "kid": algorithm}) + b"." + part(claims)
    mac = hmac.new(public_pem(KEYS[algorithm]), content, hashlib.sha256).digest()
    assertion = content + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")
    assert refused(ask(client, assertion.decode()))


def test_a_refusal_is_recorded(client, lis):
    ask(client, signed(lis, key=STRANGERS))
    event = AuditEvent.objects.filter(action="sign_in_failed").get()
    assert (event.object_id, event.outcome) == (str(lis.api_client.pk), "denied")


def test_tries_are_counted_before_a_signature_is_checked(client, lis, settings, monkeypatch):
    monkeypatch.setattr("accounts.throttles._now", lambda: 1_000_000_010.0)
    settings.TOKEN_TRIES_PER_MINUTE = {"address": 60, "client": 2}
    assert [ask(client, signed(lis, key=STRANGERS)).status_code for _ in range(3)] == [400, 400, 429]
    assert ask(client, signed(lis)).status_code == 429
    assert AuditEvent.objects.filter(action="locked_out").count() == 1


@pytest.mark.parametrize("assertion", ["", "no.such.thing", "x" * 5000])
def test_what_says_nothing_is_recorded_by_the_client_id_beside_it(client, lis, assertion):
    assert refused(ask(client, assertion, client_id=lis.client_id))
    assert AuditEvent.objects.get(action="sign_in_failed").object_id == str(lis.api_client.pk)


@pytest.mark.parametrize(
    "form",
    [
        {"client_assertion_type": "urn:other"},
        {"client_id": "somebody"},
        {"client_secret": "x"},
    ],
)
def test_it_is_one_way_and_one_client(client, lis, form):
    assert refused(ask(client, signed(lis), **form))


def test_its_own_id_beside_it_is_fine(client, lis):
    assert ask(client, signed(lis), client_id=lis.client_id).status_code == 200


def test_a_secret_does_not_help_a_wrong_assertion(client, lis):
    assert refused(ask(client, "x.y.z", client_id=lis.client_id, client_secret=lis.client_secret))


def test_a_closed_client_is_refused(client, ines, lis):
    set_api_client_active(actor=ines, api_client=lis.api_client, is_active=False)
    assert refused(ask(client, signed(lis)))


def test_a_closed_organisation_is_refused(client, riverside, lis):
    riverside.is_active = False
    riverside.save()
    assert refused(ask(client, signed(lis)))


def test_a_removed_key_is_refused_and_the_other_goes_on(client, ines, lis):
    set_api_client_keys(actor=ines, api_client=lis.api_client, jwks=document({"ES384": KEYS["ES384"]}))
    assert refused(ask(client, signed(lis, "RS384")))
    assert ask(client, signed(lis)).status_code == 200


@pytest.mark.parametrize(
    "grant", ["password", "authorization_code", "refresh_token", "", "urn:ietf:params:oauth:grant-type:device_code"]
)
def test_another_grant_is_refused(client, lis, grant):
    answer = ask(client, signed(lis), grant_type=grant)
    assert answer.status_code == 400
    assert answer.json()["error"] in {"unsupported_grant_type", "invalid_request", "invalid_grant"}
    assert not Token.objects.exists()


def test_scopes_of_smart_stand_for_the_clients_own(client, lis):
    given = ask(client, signed(lis), scope="system/DiagnosticReport.rs system/Observation.rs").json()
    assert given["scope"].split() == ["system/DiagnosticReport.rs", "system/Observation.rs", "reports:read"]
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert client.get("/api/v1/reports/", headers=bearer).status_code == 200
    assert client.get("/api/v1/cases/", headers=bearer).status_code == 403


def test_scopes_of_smart_by_a_secret(client, lis):
    form = {"grant_type": "client_credentials", "client_id": lis.client_id, "client_secret": lis.client_secret}
    answer = client.post(TOKEN_URL, form | {"scope": "system/Patient.rs"})
    assert answer.json()["scope"] == "system/Patient.rs cases:read"


@pytest.mark.parametrize("scope", ["system/Task.rs", "system/Patient.cruds", "user/Patient.rs", "system/*.rs"])
def test_a_scope_that_the_client_does_not_have_is_refused(client, lis, scope):
    answer = ask(client, signed(lis), scope=scope)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    assert not Token.objects.exists()


def test_of_two_at_once_one_gets_a_token(client, lis, monkeypatch):
    """Both are found right before either is used up."""
    assertion = signed(lis)
    verify, answers = assertions._verified_claims, []

    def verify_and_be_overtaken(*arguments):
        claims = verify(*arguments)
        monkeypatch.setattr(assertions, "_verified_claims", verify)
        answers.append(ask(Client(), assertion))
        return claims

    monkeypatch.setattr(assertions, "_verified_claims", verify_and_be_overtaken)
    answers.append(ask(client, assertion))
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    assert Token.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one connection write at a time.")
@pytest.mark.django_db(transaction=True)
def test_of_four_connections_one_gets_a_token(lis):
    assertion, start, answers = signed(lis), threading.Barrier(4), []

    def one():
        try:
            start.wait()
            answers.append(ask(Client(), assertion).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 400, 400, 400]
    assert Token.objects.count() == UsedAssertion.objects.count() == 1
    assert ApiClient.objects.count() == 1


def test_what_a_smart_client_looks_up_is_true(client, lis):
    said = client.get("/fhir/r4/.well-known/smart-configuration").json()
    assert said["token_endpoint"] == AUDIENCE
    assert "private_key_jwt" in said["token_endpoint_auth_methods_supported"]
    assert set(said["token_endpoint_auth_signing_alg_values_supported"]) == set(KEYS)
    assert ask(client, signed(lis), scope="system/DiagnosticReport.rs").status_code == 200
    assert "system/DiagnosticReport.rs" in said["scopes_supported"]
