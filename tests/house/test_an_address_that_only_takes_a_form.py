"""Whoever opens an address that only takes a form's POST gets a page with a way back, and nothing is changed."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent

pytestmark = pytest.mark.django_db

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
CASE = uuid.UUID(int=7)


@pytest.mark.parametrize(
    ("address", "back"),
    [
        (reverse("audit:verify"), reverse("audit:events")),
        (reverse("inbox:acknowledge", args=[CASE]), f"/inbox/{CASE}/"),
        (reverse("workbench:submit_case", args=[CASE]), f"/cases/{CASE}/"),
        (reverse("consult:answer", args=[CASE]), f"/opinions/{CASE}/"),
    ],
)
def test_it_says_that_nothing_was_changed_and_leads_to_the_page_of_the_form(client, olga, address, back):
    client.force_login(olga)
    answer = client.get(address, headers=BROWSER)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    page = answer.content.decode()
    assert "Nothing was changed." in page
    assert f'href="{back}"' in page
    assert not AuditEvent.objects.filter(action="verify").exists()


def test_it_keeps_the_headers_of_every_page(client, olga):
    client.force_login(olga)
    answer = client.get(reverse("audit:verify"), headers=BROWSER)
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src" in answer["Content-Security-Policy"]


def test_a_script_gets_the_bare_answer(client, pavel):
    client.force_login(pavel)
    answer = client.get(reverse("review:claim", args=[CASE]), headers={"Accept": "application/json"})
    assert (answer.status_code, answer.content) == (405, b"")


def test_the_api_keeps_its_problem_documents(db):
    answer = Client().delete("/api/v1/cases/", headers=BROWSER)
    assert answer["Content-Type"] == "application/problem+json"
