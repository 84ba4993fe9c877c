"""/metrics is closed until somebody opens it by a setting, and then only to those."""

import pytest
from django.test import Client

from tests.metrics.conftest import TOKEN

pytestmark = pytest.mark.django_db


def status(**request):
    return Client().get("/metrics", **request).status_code


def bearer(token):
    return {"headers": {"Authorization": f"Bearer {token}"}}


def test_closed_by_default():
    assert status() == 404
    assert status(**bearer("")) == 404


def test_a_token_opens_it(settings):
    settings.METRICS_TOKEN = TOKEN
    answer = Client().get("/metrics")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert b"hematovision" not in answer.content
    assert status(**bearer(TOKEN + "x")) == 401
    assert status(headers={"Authorization": f"Basic {TOKEN}"}) == 401
    assert status(**bearer(TOKEN)) == 200


def test_a_network_opens_it(settings):
    settings.METRICS_NETWORKS = ["10.1.0.0/16", "fd00::/8"]
    assert status(REMOTE_ADDR="10.2.0.1") == 403
    assert status(REMOTE_ADDR="") == 403
    assert status(REMOTE_ADDR="10.1.7.7") == 200
    assert status(REMOTE_ADDR="fd00::7") == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_what_a_proxy_passes_on_is_from_outside(settings, header):
    settings.METRICS_NETWORKS = ["10.1.0.0/16"]
    assert status(REMOTE_ADDR="10.1.7.7", headers={header: "10.1.7.8"}) == 403


def test_both_set_both_needed(settings):
    settings.METRICS_TOKEN = TOKEN
    settings.METRICS_NETWORKS = ["10.1.0.0/16"]
    assert status(REMOTE_ADDR="10.2.0.1", **bearer(TOKEN)) == 403
    assert status(REMOTE_ADDR="10.1.0.1") == 401
    assert status(REMOTE_ADDR="10.1.0.1", **bearer(TOKEN)) == 200


def test_it_only_answers_questions(settings):
    settings.METRICS_TOKEN = TOKEN
    assert Client().post("/metrics", **bearer(TOKEN)).status_code == 405
