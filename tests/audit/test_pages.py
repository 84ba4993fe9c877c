"""The audit pages: who sees them, what they show, and that views are recorded."""

from __future__ import annotations

import csv
import io
import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from audit.services import record
from tests.append_only import triggers_lifted

pytestmark = pytest.mark.django_db

PAGE = "/oversight/audit/"
PATIENT = uuid.UUID("5f0c5f0c-0000-4000-8000-000000000001")


@pytest.fixture
def trail(amina, bora, lars):
    """Three events of central-laboratory, one of northern-laboratory."""
    return [
        record(actor=amina, action="view", patient_id=PATIENT, object_type="cases.case", object_id="c-1"),
        record(actor=bora, action="create", outcome="denied", reason="=cmd()"),
        record(actor=bora, action="update", before={"state": "draft"}, after={"state": "submitted"}),
        record(actor=lars, action="view", reason="northern secret"),
    ]


def shown(response):
    return {event.pk for event in response.context["events"]}


def test_people_who_oversee_read_it(client, olga, ines, trail):
    for person in (olga, ines):
        client.force_login(person)
        response = client.get(PAGE)
        assert response.status_code == 200
        assert {event.pk for event in trail[:3]} <= shown(response)


def test_another_laboratory_stays_unseen(client, olga, timo, trail):
    client.force_login(olga)
    response = client.get(PAGE)
    assert trail[3].pk not in shown(response)
    assert b"northern secret" not in response.content
    client.force_login(timo)
    response = client.get(PAGE)
    assert trail[3].pk in shown(response)
    assert not {event.pk for event in trail[:3]} & shown(response)


def test_the_superuser_sees_everything(client, root, trail):
    client.force_login(root)
    assert {event.pk for event in trail} <= shown(client.get(PAGE))


@pytest.mark.parametrize("who", ["amina", "pavel", "sami"])
@pytest.mark.parametrize("address", [PAGE, f"{PAGE}export/csv/"])
def test_others_are_refused(client, request, who, address):
    client.force_login(request.getfixturevalue(who))
    assert client.get(address).status_code == 403


def test_a_stranger_is_sent_to_sign_in(client, db):
    response = client.get(PAGE)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_a_view_is_recorded_with_what_was_asked(client, olga, trail):
    client.force_login(olga)
    client.get(PAGE, {"person": "Bora", "patient": str(PATIENT)})
    event = AuditEvent.objects.first()
    assert (event.action, event.actor_id, event.object_type) == ("search", olga.pk, "audit.auditevent")
    assert event.after == {"person": "Bora", "patient": str(PATIENT)}
    assert event.patient_id == PATIENT
    client.get(PAGE)
    assert AuditEvent.objects.first().action == "view"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"person": "bora"}, {1, 2}),
        ({"person": "RA HILL"}, {1, 2}),
        ({"person": "nobody of this laboratory"}, set()),
        ({"patient": str(PATIENT)}, {0}),
        ({"object": "c-1"}, {0}),
        ({"action": "create"}, {1}),
        ({"outcome": "denied"}, {1}),
        ({"since": "2001-01-01T00:00", "action": "update"}, {2}),
        ({"until": "2001-01-01T00:00"}, set()),
    ],
)
def test_filters_narrow(client, olga, trail, asked, expected):
    client.force_login(olga)
    mine = {event.pk: index for index, event in enumerate(trail)}
    assert {mine[pk] for pk in shown(client.get(PAGE, asked)) if pk in mine} == expected


def test_a_person_is_found_by_id_too(client, olga, bora, trail):
    client.force_login(olga)
    assert shown(client.get(PAGE, {"person": str(bora.pk)})) == {trail[1].pk, trail[2].pk}


@pytest.mark.parametrize(
    "asked",
    [
        {"patient": "not-a-uuid"},
        {"action": "fly"},
        {"since": "yesterday"},
        {"since": "2026-05-02T00:00", "until": "2026-05-01T00:00"},
        {"person": "\x00"},
    ],
)
def test_a_filter_that_makes_no_sense_says_so(client, olga, asked):
    client.force_login(olga)
    response = client.get(PAGE, asked)
    assert response.status_code == 400
    assert response.context["form"].errors
    assert shown(response) == set()


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "²"])
def test_an_odd_page_mark_shows_the_newest(client, olga, trail, before):
    client.force_login(olga)
    assert trail[0].pk in shown(client.get(PAGE, {"before": before}))


def test_pages_follow_each_other_without_gap(client, olga, amina):
    events = [record(actor=amina, action="view").pk for _ in range(120)]
    client.force_login(olga)
    query, seen = {"person": "Amina"}, []
    while True:
        response = client.get(PAGE, query)
        seen += [event.pk for event in response.context["events"]]
        if response.context["older"] is None:
            break
        query["before"] = response.context["older"]
    assert seen == sorted(events, reverse=True)


def test_csv_holds_every_field_and_defuses_formulas(client, olga, trail):
    client.force_login(olga)
    response = client.get(f"{PAGE}export/csv/", {"person": "Bora"})
    assert "attachment" in response["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [int(row["id"]) for row in rows] == [trail[1].pk, trail[2].pk]
    assert rows[0]["reason"] == "'=cmd()"
    assert rows[1]["hash"] == trail[2].hash
    assert AuditEvent.objects.first().action == "export"
    assert AuditEvent.objects.first().after == {"person": "Bora", "format": "csv"}


def test_json_lines_can_be_verified_elsewhere(client, olga, trail):
    import hashlib

    client.force_login(olga)
    response = client.get(f"{PAGE}export/jsonl/", {"person": "Bora"})
    lines = [json.loads(line) for line in b"".join(response.streaming_content).decode().splitlines()]
    for line in lines:
        stated = line.pop("hash")
        text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == stated


def test_an_unknown_form_or_a_bad_filter_is_not_exported(client, olga):
    client.force_login(olga)
    assert client.get(f"{PAGE}export/xml/").status_code == 404
    assert client.get(f"{PAGE}export/csv/", {"patient": "x"}).status_code == 404


def test_the_chain_is_verified_from_the_page(client, olga, trail):
    client.force_login(olga)
    response = client.post(f"{PAGE}verify/")
    assert "The chain is intact" in response.content.decode()
    event = AuditEvent.objects.first()
    assert (event.action, event.outcome) == ("verify", "success")
    assert client.get(f"{PAGE}verify/").status_code == 405


def test_a_broken_chain_is_named_on_the_page(client, olga, trail):
    with triggers_lifted(connection), connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_auditevent SET reason = 'x' WHERE id = {trail[1].pk}")
    client.force_login(olga)
    response = client.post(f"{PAGE}verify/")
    assert f"broken at event {trail[1].pk}" in response.content.decode()
    assert AuditEvent.objects.first().outcome == "failure"


def test_what_events_say_is_escaped(client, olga, amina):
    record(actor=amina, action="view", reason="<script>alert(1)</script>")
    client.force_login(olga)
    assert b"<script>alert(1)" not in client.get(PAGE).content


def test_a_page_asks_the_database_the_same_however_many_events(client, olga, amina):
    client.force_login(olga)
    asked = []
    for _ in range(2):
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        asked.append(len(queries))
        for _ in range(30):
            record(actor=amina, action="view")
    assert asked[0] == asked[1]
