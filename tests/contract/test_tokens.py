"""A client gets a token by client credentials and is let in by it, and only by it."""

import pytest
from django.test import Client

from tests.contract.conftest import bearer, new_client, problem_of, token_of

pytestmark = pytest.mark.django_db


def test_the_command_prints_what_the_other_system_needs(riverside):
    made = new_client("riverside-clinic", "cases:read")
    assert set(made) == {"client_id", "client_secret", "token_url"}
    assert made["token_url"].endswith("/identity/o/api/token")


def test_a_token_lets_the_client_in(riverside):
    answer = token_of(new_client("riverside-clinic", "cases:read"))
    assert answer.status_code == 200
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert bearer(body["access_token"]).get("/cases/").status_code == 200


def test_a_token_may_be_asked_for_with_fewer_scopes(riverside):
    made = new_client("riverside-clinic", "cases:read", "cases:write")
    token = token_of(made, scope="cases:read").json()["access_token"]
    assert bearer(token).get("/cases/").status_code == 200
    problem_of(bearer(token).post("/patients/", {}), 403)


def test_no_scope_beyond_the_client_is_given(riverside):
    made = new_client("riverside-clinic", "cases:read")
    assert token_of(made, scope="cases:read predictions:read").status_code == 400


def test_a_wrong_secret_gets_no_token(riverside):
    made = new_client("riverside-clinic", "cases:read")
    assert token_of(made | {"client_secret": "wrong"}).status_code == 401


def test_without_credentials_the_answer_is_401_and_names_the_scheme():
    answer = Client().get("/api/v1/cases/")
    problem_of(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_unknown_token_is_refused():
    answer = bearer("unknown").get("/cases/")
    problem_of(answer, 401)
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_a_session_works_too_and_needs_a_csrf_token_to_write(amina, session_of):
    caller = session_of(amina)
    assert caller.get("/cases/").status_code == 200
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(amina, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = strict.post("/api/v1/patients/", {}, content_type="application/json")
    problem_of(answer, 403)
