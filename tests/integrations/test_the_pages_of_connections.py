"""Administrators keep connections on pages, auditors read them, nobody else sees them."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from integrations.models import Connection, ConnectionKind, ConnectionState, MessageState
from integrations.services.connections import change_connection, create_connection, switch_on
from tests.factories.connections import a_connection, a_mapping
from tests.factories.messages import a_message, an_attempt
from tests.integrations.test_keeping_connections import OUT

pytestmark = pytest.mark.django_db


@pytest.fixture
def saved(ines, central):
    """A complete connection that ines saved; it is off."""
    mapping = a_mapping(central, ines)
    return create_connection(
        actor=ines, laboratory=central, kind=ConnectionKind.MLLP_OUT, name="Hospital", mapping=mapping, **OUT
    )


def text_of(answer):
    return answer.content.decode()


def test_a_connection_is_added_by_its_kind_with_the_fields_of_that_kind(client, ines, central, riverside):
    mapping = a_mapping(central, ines)
    client.force_login(ines)
    asked = text_of(client.get("/integrations/connections/new/?kind=mllp_in"))
    assert 'name="networks"' in asked
    assert 'name="host"' not in asked
    answer = client.post(
        "/integrations/connections/new/?kind=mllp_out",
        {
            **{key: value for key, value in OUT.items() if value is not False},
            "name": "Hospital",
            "ack_timeout": 15,
            "charset": "UNICODE UTF-8",
            "mapping": mapping.pk,
            "clinics": [riverside.pk],
        },
    )
    made = Connection.objects.get()
    assert answer.headers["Location"] == f"/integrations/connections/{made.pk}/"
    assert (made.state, made.uses_tls, list(made.clinics.all())) == (ConnectionState.OFF, False, [riverside])


def test_what_is_wrong_stands_beside_its_field(client, ines):
    client.force_login(ines)
    answer = client.post(
        "/integrations/connections/new/?kind=mllp_in", {"name": "Orders", "networks": "10.1.2.3/24", "charset": "ASCII"}
    )
    assert answer.status_code == 422
    assert "10.1.2.3/24 is no network" in text_of(answer)
    assert not Connection.objects.exists()


def test_the_second_administrator_switches_it_on(client, ines, zoe, saved):
    client.force_login(ines)
    assert "another administrator" in text_of(client.get(f"/integrations/connections/{saved.pk}/"))
    refused = client.post(f"/integrations/connections/{saved.pk}/on/")
    assert refused.status_code == 403
    assert "Another administrator" in text_of(refused)
    client.force_login(zoe)
    assert client.post(f"/integrations/connections/{saved.pk}/on/").status_code == 302
    saved.refresh_from_db()
    assert saved.state == ConnectionState.ON


def test_the_page_switches_on_what_it_showed(client, ines, zoe, saved):
    client.force_login(zoe)
    page = f"/integrations/connections/{saved.pk}/"
    assert f"{page}on/?seen=1" in text_of(client.get(page))
    change_connection(
        actor=ines,
        connection=saved,
        seen=1,
        name="Hospital",
        **{**OUT, "mapping": saved.mapping, "host": "other.example"},
    )
    assert 'name="seen" value="1"' in text_of(client.get(f"{page}on/?seen=1"))
    refused = client.post(f"{page}on/", {"seen": 1})
    assert refused.status_code == 409
    assert "after you opened it" in text_of(refused)
    assert client.post(f"{page}on/", {"seen": 2}).status_code == 302


def test_it_is_paused_resumed_and_switched_off_with_reasons(client, zoe, saved):
    switch_on(actor=zoe, connection=saved)
    client.force_login(zoe)
    page = f"/integrations/connections/{saved.pk}/"
    assert client.post(f"{page}pause/", {"hours": "1"}).status_code == 422
    client.post(f"{page}pause/", {"hours": "4", "reason": "The LIS is updated."})
    assert "The LIS is updated." in text_of(client.get(page))
    client.post(f"{page}resume/")
    client.post(f"{page}off/", {"reason": "It moves to another host."})
    assert "It moves to another host." in text_of(client.get(page))
    asked = text_of(client.get(f"{page}on/"))
    assert 'name="catches_up"' in asked


def test_a_change_says_that_the_connection_is_off(client, ines, zoe, saved):
    switch_on(actor=zoe, connection=saved)
    client.force_login(ines)
    page = f"/integrations/connections/{saved.pk}/edit/"
    assert "switches it off" in text_of(client.get(page))
    values = {**{key: value for key, value in OUT.items() if value is not False}, "port": 2600}
    answer = client.post(
        page,
        {
            **values,
            "name": "Hospital",
            "seen": 1,
            "ack_timeout": 15,
            "charset": "UNICODE UTF-8",
            "mapping": saved.mapping_id,
        },
        follow=True,
    )
    assert "the connection is off" in text_of(answer)
    stale = client.post(
        page, {**values, "name": "Hospital", "seen": 1, "ack_timeout": 15, "charset": "UNICODE UTF-8", "port": 1}
    )
    assert stale.status_code == 409


def test_how_it_stands_is_counted_by_state(client, olga, ines, central):
    line = a_connection(central, ines, name="Hospital results")
    for number, state in enumerate(
        [MessageState.QUEUED, MessageState.QUEUED, MessageState.HELD, MessageState.REFUSED, MessageState.DEAD]
    ):
        an_attempt(a_message(line, control_id=f"m-{number}", state=state))
    a_message(line, control_id="done", state=MessageState.ACKNOWLEDGED)
    client.force_login(olga)
    page = text_of(client.get("/integrations/"))
    assert f"?connection={line.pk}&amp;state=waiting" in page
    for state in ("held", "refused", "dead"):
        assert f"?connection={line.pk}&amp;state={state}" in page
    assert "Add a connection" not in page


def test_the_list_asks_as_often_for_many_as_for_one(client, olga, ines, central):
    client.force_login(olga)
    a_message(a_connection(central, ines, name="first"))
    client.get("/integrations/")
    with CaptureQueriesContext(database) as few:
        client.get("/integrations/")
    for number in range(4):
        line = a_connection(central, ines, name=f"more {number}")
        a_message(line, control_id="a")
        a_message(line, control_id="b", state=MessageState.HELD)
    with CaptureQueriesContext(database) as many:
        client.get("/integrations/")
    assert len(many) == len(few)


def test_nobody_else(client, amina, pavel, petra, saved):
    for person, status in ((amina, 403), (pavel, 403), (petra, 404)):
        client.force_login(person)
        assert client.get(f"/integrations/connections/{saved.pk}/").status_code == status


def test_auditors_change_nothing(client, olga, saved):
    client.force_login(olga)
    assert client.get(f"/integrations/connections/{saved.pk}/").status_code == 200
    for part in ("edit", "on", "off", "pause", "resume"):
        assert client.get(f"/integrations/connections/{saved.pk}/{part}/").status_code == 403


def test_a_key_is_never_shown(client, ines, saved):
    Connection.objects.filter(pk=saved.pk).update(tls_key="-----BEGIN PRIVATE KEY-----SECRET")
    client.force_login(ines)
    for page in ("", "edit/"):
        assert "SECRET" not in text_of(client.get(f"/integrations/connections/{saved.pk}/{page}"))


def test_a_secret_is_not_written_into_the_page_that_refuses_it(client, ines):
    client.force_login(ines)
    answer = client.post(
        "/integrations/connections/new/?kind=fhir_push",
        {"name": "FHIR", "address": "nowhere", "secret": "s3cret-token"},
    )
    assert answer.status_code == 422
    assert "s3cret-token" not in text_of(answer)
    answer = client.post(
        "/integrations/connections/new/?kind=mllp_in",
        {"name": "Orders", "networks": "10.1.2.3/24", "charset": "ASCII", "tls_key": "-----BEGIN PRIVATE KEY-----"},
    )
    assert "BEGIN PRIVATE" not in text_of(answer)
