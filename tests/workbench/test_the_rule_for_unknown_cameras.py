"""Administrators decide on a page what becomes of names on unknown cameras."""

from __future__ import annotations

import pytest

from audit.models import AuditEvent

pytestmark = pytest.mark.django_db
ADDRESS = "/microscopes/unknown-cameras/"


def test_the_list_of_microscopes_says_the_rule_and_leads_to_it(client, ines, pavel):
    client.force_login(ines)
    told = client.get("/microscopes/").content.decode()
    assert "Hold back names below the strict confidence" in told
    assert ADDRESS in told
    client.force_login(pavel)
    assert ADDRESS not in client.get("/microscopes/").content.decode()


def test_a_change_is_saved_and_in_the_audit_trail(client, ines, central):
    client.force_login(ines)
    assert client.get(ADDRESS).context["form"].initial == {"rule": "strict"}

    assert client.post(ADDRESS, {"rule": "all"}).url == "/microscopes/"

    central.refresh_from_db()
    event = AuditEvent.objects.filter(object_id=str(central.pk), action="configuration").last()
    assert central.unknown_camera == "all"
    assert (event.actor_id, event.before["unknown_camera"], event.after["unknown_camera"]) == (ines.pk, "strict", "all")


def test_nothing_and_nonsense_are_refused_with_a_sentence(client, ines, central):
    client.force_login(ines)
    for sent in ({}, {"rule": "none"}):
        answer = client.post(ADDRESS, sent)
        assert answer.status_code == 422
        assert "Choose one of the three." in answer.content.decode()
    central.refresh_from_db()
    assert central.unknown_camera == "strict"
