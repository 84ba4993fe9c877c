"""The console carries a message out and undoes it; a mapping is tried on reports that are there. Neither leaves anything."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.utils import timezone

from accounts.models import Organisation
from audit.models import AuditEvent
from cases.models import Order, Patient
from cases.states import CaseState
from integrations.mapping_rows import default_rows
from integrations.models import ConnectionKind, Message
from integrations.services.incoming import take
from integrations.services.mappings import save_version
from tests.factories.connections import a_connection
from tests.factories.hl7_messages import an_order
from tests.factories.reports import signed_report
from tests.factories.specimens import specimen

pytestmark = pytest.mark.django_db

APPS = ("accounts", "cases", "integrations", "notices", "reports", "inbox", "classifier")


def rows_of_everything():
    """How many rows each table has."""
    models = [model for label in APPS for model in apps.get_app_config(label).get_models() if model._meta.managed]
    return {model._meta.label: model._default_manager.count() for model in models}


@pytest.fixture
def orders(ines, central, riverside):
    """A connection over which orders come in."""
    Organisation.objects.filter(pk=riverside.pk).update(hl7_authority="CLINIC1")
    return a_connection(central, ines, ConnectionKind.MLLP_IN, name="Orders")


def tried(client, orders, text):
    return client.post("/integrations/console/", {"connection": orders.pk, "text": text})


def test_an_order_is_tried_and_nothing_is_left_but_that_it_was_tried(client, ines, orders):
    client.force_login(ines)
    client.get("/integrations/console/")
    before, events = rows_of_everything(), AuditEvent.objects.count()
    answer = tried(client, orders, an_order().decode().replace("\r", "\r\n"))
    page = answer.content.decode()
    assert answer.status_code == 200, page
    assert "It would be carried out" in page
    assert "Create: order" in page
    assert "MSA|AA|" in page
    assert "/patients/" not in page
    assert rows_of_everything() == before
    assert AuditEvent.objects.count() == events + 1
    assert AuditEvent.objects.latest("id").after["console"] == "processed"
    assert not Order.objects.exists()
    assert not Patient.objects.exists()


def test_a_refusal_and_a_repetition_are_told(client, ines, orders):
    client.force_login(ines)
    Organisation.objects.update(hl7_authority="")
    refused = tried(client, orders, an_order().decode()).content.decode()
    assert "It would be refused" in refused
    assert "MSA|AE|" in refused
    Organisation.objects.filter(slug="riverside-clinic").update(hl7_authority="CLINIC1")
    order = an_order()
    take(orders, order, timezone.now())
    assert "It came before" in tried(client, orders, order.decode()).content.decode()
    assert Message.objects.count() == 1


@pytest.mark.parametrize("text", ["no message", " ", "MSH|^~\\&|only a head", "\x00"])
def test_what_is_no_message_gets_a_sentence(client, ines, orders, text):
    client.force_login(ines)
    answer = tried(client, orders, text)
    assert answer.status_code in {200, 422}
    assert "errorlist" in answer.content.decode() or "It would be refused" in answer.content.decode()
    assert not Message.objects.exists()


def test_only_administrators_and_only_their_own_connections(client, olga, petra, ines, orders):
    client.force_login(olga)
    assert client.get("/integrations/console/").status_code == 403
    client.force_login(petra)
    assert "No connection takes messages in" in client.get("/integrations/console/").content.decode()
    assert tried(client, orders, an_order().decode()).status_code == 422


@pytest.fixture
def sending(ines, central, amina, pavel):
    """A connection that sends results, and one signed report."""
    Organisation.objects.filter(pk=amina.organisation_id).update(hl7_authority="CLINIC1")
    signed = specimen(by=amina, state=CaseState.SIGNED, number=9301, version=None, owner=pavel)
    signed_report(signed.case, pavel)
    return a_connection(central, ines, name="Results")


def without_neutrophils():
    rows = default_rows()
    rows["results"] = [row for row in rows["results"] if row["class"] != "neutrophil"]
    return rows


def test_a_version_is_tried_on_the_last_reports(client, ines, sending):
    client.force_login(ines)
    page = f"/integrations/mappings/{sending.mapping_id}/"
    before = rows_of_everything()
    assert "All 1 could be made" in client.get(f"{page}try/").content.decode()
    save_version(
        actor=ines,
        mapping=sending.mapping,
        rows=without_neutrophils(),
        effective_from=timezone.now(),
        note="",
        seen=1,
    )
    held = client.get(f"{page}try/?version=2&connection={sending.pk}").content.decode()
    assert "1 of 1 would be held" in held
    assert "no code for neutrophil" in held
    assert "All 1 could be made" in client.get(f"{page}try/?version=1").content.decode()
    assert Message.objects.count() == before["integrations.Message"]


def test_what_is_typed_is_tried_before_it_is_saved(client, ines, sending):
    client.force_login(ines)
    page = f"/integrations/mappings/{sending.mapping_id}/edit/results/"
    answer = client.post(page, {"seen": 1, "action": "try"})
    assert answer.status_code == 200
    assert "would be held" in answer.content.decode()
    assert sending.mapping.versions.count() == 1
    bad = {"row-0-class": "unicorn", "row-0-quantity": "percent", "row-0-code": "1", "row-0-unit": "%"}
    refused = client.post(page, {"seen": 1, "action": "try", **bad, "row-0-system": "LN"})
    assert refused.status_code == 422
    assert "there is no result unicorn" in refused.content.decode()


def test_a_mapping_that_nothing_sends_by_says_so(client, ines, orders):
    client.force_login(ines)
    page = client.get(f"/integrations/mappings/{orders.mapping_id}/try/").content.decode()
    assert "No connection sends results by this mapping" in page
