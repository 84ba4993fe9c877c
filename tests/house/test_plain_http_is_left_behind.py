"""Over plain HTTP a browser is sent to HTTPS, and a program is told that its token was in the open."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(settings):
    settings.SECURE_SSL_REDIRECT = True
    return Client()


@pytest.mark.parametrize(("method", "address"), [("get", "/api/v1/cases/"), ("post", "/identity/o/api/token")])
def test_a_program_is_refused_and_not_led_on(browser, method, address):
    answer = getattr(browser, method)(address)
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("https-required")


def test_over_https_it_is_answered(browser):
    assert browser.get("/api/v1/", secure=True).status_code == 200


def test_a_page_leads_to_https(browser):
    answer = browser.get("/accounts/login/?next=/")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/accounts/login/?next=/")
