"""Webhooks on pages: added with the events they tell of, a secret that is shown once, and a test."""

import re

import pytest

from integrations.models import Connection, ConnectionKind, ConnectionState, Message
from tests.factories.connections import a_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def webhook(central, ines):
    return a_connection(
        central, ines, ConnectionKind.WEBHOOK, state=ConnectionState.OFF, address="https://receiver.example/hook"
    )


def test_one_is_added_with_its_events(client, ines):
    client.force_login(ines)
    address = "/integrations/connections/new/?kind=webhook"
    assert "Where messages are posted" in client.get(address).content.decode()
    sent = {"name": "Hook", "address": "https://receiver.example/hook", "event_types": ["report.signed"]}
    answer = client.post(address, sent, follow=True)
    page = answer.content.decode()
    assert "Report signed" in page
    assert "A secret is missing" in page
    assert Connection.objects.get().event_types == ["report.signed"]


def test_an_event_that_does_not_exist_is_refused(client, ines):
    client.force_login(ines)
    sent = {"name": "Hook", "address": "https://receiver.example/", "event_types": ["report.lost"]}
    answer = client.post("/integrations/connections/new/?kind=webhook", sent)
    assert answer.status_code == 422
    assert not Connection.objects.exists()


def test_a_secret_is_shown_once(client, ines, webhook):
    client.force_login(ines)
    address = f"/integrations/connections/{webhook.pk}/secret/"
    assert "There is none yet." in client.get(address).content.decode()
    answer = client.post(address, {"do": "renew"})
    shown = re.search(r"whsec_[A-Za-z0-9+/=]+", answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    webhook.refresh_from_db()
    assert shown[0] == webhook.secret
    assert webhook.secret not in client.get(address).content.decode()
    assert webhook.secret not in client.get(f"/integrations/connections/{webhook.pk}/").content.decode()


def test_the_former_secret_is_retired(client, ines, webhook):
    client.force_login(ines)
    address = f"/integrations/connections/{webhook.pk}/secret/"
    for _ in range(2):
        client.post(address, {"do": "renew"})
    answer = client.post(address, {"do": "renew"})
    assert answer.status_code == 409
    assert "Two secrets are in use already" in answer.content.decode()
    client.post(address, {"do": "retire"})
    webhook.refresh_from_db()
    assert webhook.secret
    assert not webhook.former_secret


def test_a_test_is_queued_and_shown(client, ines, webhook):
    Connection.objects.filter(pk=webhook.pk).update(state=ConnectionState.ON)
    client.force_login(ines)
    assert "Send a test" in client.get(f"/integrations/connections/{webhook.pk}/").content.decode()
    page = client.post(f"/integrations/connections/{webhook.pk}/test/", follow=True).content.decode()
    assert Message.objects.get().kind == "connection.test"
    assert "connection.test" in page
