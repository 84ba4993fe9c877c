"""A token without the scope, or a role without the right, is refused by the API and the audit trail says so."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from audit.models import AuditEvent

pytestmark = pytest.mark.django_db


def lis(value):
    return Client(headers={"Authorization": f"Bearer {value}"})


def denied():
    return AuditEvent.objects.filter(outcome="denied")


def test_a_missing_scope_is_named(riverside, token_for):
    client = lis(token_for(riverside, "reports:read"))
    assert client.get("/api/v1/cases/").status_code == 403
    event = denied().get()
    assert (event.action, event.object_type, event.reason) == ("view", "api:cases", "The token lacks cases:read.")
    assert event.laboratory_id == riverside.laboratory.pk
    assert event.token


def test_writing_is_a_refused_writing_and_what_was_sent_is_not_kept(riverside, token_for):
    client = lis(token_for(riverside, "cases:read"))
    body = json.dumps({"mrn": "MRN-SECRET", "family_name": "Secret"})
    assert client.post("/api/v1/patients/", body, content_type="application/json").status_code == 403
    event = denied().get()
    assert (event.action, event.after) == ("create", {"method": "POST"})
    assert "SECRET" not in f"{event.after}{event.reason}".upper().replace("THE TOKEN LACKS", "")


def test_the_record_asked_for_is_named_by_its_id(riverside, token_for):
    unknown = "00000000-0000-4000-8000-000000000001"
    assert lis(token_for(riverside, "reports:read")).get(f"/api/v1/cases/{unknown}/").status_code == 403
    assert denied().get().object_id == unknown


def test_a_role_that_may_not_is_recorded_too(client, sami):
    client.force_login(sami)
    assert client.get("/api/v1/cases/").status_code == 403
    assert denied().get().actor_id == sami.pk


def test_a_client_that_keeps_asking_does_not_fill_the_audit_trail(riverside, token_for):
    client = lis(token_for(riverside, "reports:read"))
    for _ in range(4):
        assert client.get("/api/v1/cases/").status_code == 403
    assert denied().count() == 1
    assert client.get("/api/v1/patients/").status_code == 403
    assert denied().count() == 2


def test_what_is_allowed_and_what_asks_for_options_is_no_refusal(riverside, token_for):
    client = lis(token_for(riverside, "cases:read"))
    assert client.get("/api/v1/cases/").status_code == 200
    client.options("/api/v1/cases/")
    assert not denied().exists()


def test_nobody_at_all_is_asked_to_sign_in_and_is_no_refusal(db):
    assert Client().get("/api/v1/cases/").status_code == 401
    assert not denied().exists()
