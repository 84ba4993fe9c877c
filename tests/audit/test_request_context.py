"""Every event of a request carries where the request came from."""

from __future__ import annotations

import hashlib

import pytest
import structlog
from django.test import RequestFactory

from audit.middleware import client_ip
from audit.models import AuditEvent
from audit.services import record

pytestmark = pytest.mark.django_db


def test_the_answer_carries_the_id_the_event_has(client, olga):
    client.force_login(olga)
    response = client.get("/oversight/audit/")
    event = AuditEvent.objects.first()
    assert response["X-Request-ID"] == event.request_id
    assert len(event.request_id) == 32
    assert event.ip == "127.0.0.1"
    assert event.session == hashlib.sha256(client.session.session_key.encode()).hexdigest()


def test_an_id_from_the_proxy_is_kept(client, db):
    assert client.get("/livez", headers={"X-Request-ID": "proxy-1234.abc"})["X-Request-ID"] == "proxy-1234.abc"


@pytest.mark.parametrize("odd", ["short", "x" * 65, "two words here", 'log"forging\\n'])
def test_an_odd_id_is_replaced(client, db, odd):
    given = client.get("/livez", headers={"X-Request-ID": odd})["X-Request-ID"]
    assert given != odd
    assert len(given) == 32


def test_outside_a_request_the_context_is_empty():
    event = record(actor=None, action="view")
    assert (event.request_id, event.ip, event.session, event.token) == ("", None, "", "")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "not an address", None),
    ],
)
def test_forwarded_addresses_are_believed_as_far_as_proxies_are_trusted(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    assert client_ip(request) == expected


def test_the_log_carries_the_same_id(client, db):
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        given = client.get("/accounts/login/")["X-Request-ID"]
    assert {line["request_id"] for line in lines if "request_id" in line} == {given}
