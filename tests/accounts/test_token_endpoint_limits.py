"""The endpoints of API clients: no client ends another's token, and nobody computes hashes without end."""

from __future__ import annotations

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.conf import settings

from accounts.services import create_api_client
from audit.models import AuditEvent

pytestmark = pytest.mark.django_db

TOKEN_URL = "/identity/o/api/token"
REVOKE_URL = "/identity/o/api/revoke"
LIMIT = settings.TOKEN_TRIES_PER_MINUTE


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch):
    """The clock stands still, so that no window ends within a test."""
    monkeypatch.setattr("accounts.throttles._now", lambda: 1_000_000_010.0)


@pytest.fixture
def lis(riverside):
    return create_api_client(actor=None, name="LIS", organisation=riverside, scopes=["cases:read"])


@pytest.fixture
def other(hilltop):
    return create_api_client(actor=None, name="Other", organisation=hilltop, scopes=["cases:read"])


def ask(client, lis, secret=None, **extra):
    form = {
        "grant_type": "client_credentials",
        "client_id": lis.client_id,
        "client_secret": secret or lis.client_secret,
    }
    return client.post(TOKEN_URL, form, **extra)


def revoke(client, value, by, secret=None):
    form = {"token": value, "client_id": by.client_id, "client_secret": secret or by.client_secret}
    return client.post(REVOKE_URL, form)


def opens(client, value):
    return client.get("/api/v1/cases/", headers={"Authorization": f"Bearer {value}"}).status_code == 200


def test_a_client_withdraws_its_own_token(client, lis):
    value = ask(client, lis).json()["access_token"]
    assert revoke(client, value, lis).status_code == 200
    assert not opens(client, value)
    event = AuditEvent.objects.filter(action="delete").get()
    assert (event.object_id, event.outcome) == (str(lis.api_client.pk), "success")
    assert value not in str(event.after)


def test_another_clients_token_lives_on(client, lis, other):
    value = ask(client, lis).json()["access_token"]
    answer = revoke(client, value, other)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert opens(client, value)
    event = AuditEvent.objects.filter(action="delete").get()
    assert (event.object_id, event.outcome) == (str(other.api_client.pk), "denied")


def test_who_is_no_client_learns_nothing_about_a_token(client, lis, other):
    value = ask(client, lis).json()["access_token"]
    known = revoke(client, value, other, secret="wrong")
    unknown = revoke(client, "no-such-token", other, secret="wrong")
    assert known.status_code == unknown.status_code == 401
    assert known.json()["error"] == unknown.json()["error"]
    assert opens(client, value)


def test_an_unknown_token_is_already_withdrawn(client, lis):
    assert revoke(client, "no-such-token", lis).status_code == 200


def test_a_client_is_slowed_before_its_secret_is_compared(client, lis, monkeypatch):
    compared = []
    monkeypatch.setattr(OAuthClient, "check_secret", lambda *_: compared.append(1) or False)
    answers = [ask(client, lis, secret="wrong") for _ in range(LIMIT["client"] + 3)]
    assert [answer.status_code for answer in answers[-3:]] == [429] * 3
    assert len(compared) == LIMIT["client"]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert AuditEvent.objects.filter(action="locked_out").count() == 1


def test_an_address_is_slowed_over_all_the_clients_it_names(client, db):
    form = {"grant_type": "client_credentials", "client_secret": "x"}
    statuses = [
        client.post(TOKEN_URL, form | {"client_id": f"nobody-{number}"}).status_code
        for number in range(LIMIT["address"] + 1)
    ]
    assert 429 not in statuses[:-1]
    assert statuses[-1] == 429


def test_a_stranger_does_not_keep_the_client_out(client, lis):
    for _ in range(LIMIT["client"] + 1):
        answer = ask(client, lis, secret="wrong", REMOTE_ADDR="198.51.100.7")
    assert answer.status_code == 429
    assert ask(client, lis).status_code == 200


def test_the_next_minute_is_a_new_one(client, lis, monkeypatch):
    for _ in range(LIMIT["client"] + 1):
        ask(client, lis, secret="wrong")
    monkeypatch.setattr("accounts.throttles._now", lambda: 1_000_000_070.0)
    assert ask(client, lis).status_code == 200
    assert Token.objects.count() == 1


def test_withdrawing_is_slowed_as_well(client, lis):
    statuses = [revoke(client, "x", lis, secret="wrong").status_code for _ in range(LIMIT["client"] + 1)]
    assert statuses[-1] == 429
