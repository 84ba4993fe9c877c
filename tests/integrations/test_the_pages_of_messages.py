"""Messages are found by what a person knows of them, and a body that is opened is a view on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Organisation
from audit.models import Action, AuditEvent
from cases.states import CaseState
from integrations.hl7.anatomy import changes, segments_of
from integrations.models import ConnectionKind, ConnectionState, MessageState
from tests.factories.cases import PatientFactory
from tests.factories.connections import a_connection
from tests.factories.messages import a_message, an_attempt, oru
from tests.factories.reports import signed_report
from tests.factories.specimens import specimen

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(ines, central):
    """A connection that is on."""
    return a_connection(central, ines, name="Hospital results")


@pytest.fixture
def case(amina):
    """A case of riverside-clinic."""
    return specimen(by=amina, state=CaseState.READY, number=9101, version=None).case


def listed(client, query=""):
    return client.get(f"/integrations/messages/{query}").content.decode()


def test_a_message_is_found_by_accession_number_control_id_state_and_day(client, olga, line, case):
    client.force_login(olga)
    a_message(line, control_id="of-the-case", case=case, patient=case.patient)
    held = a_message(line, control_id="held-one", state=MessageState.HELD)
    both = listed(client)
    assert "of-the-case" in both
    assert "held-one" in both
    day = held.created_at.date().isoformat()
    for query, found in (
        (f"?accession_number={case.accession_number}", "of-the-case"),
        ("?control_id=held-one", "held-one"),
        ("?state=stuck", "held-one"),
        (f"?state=held&day={day}&connection={line.pk}", "held-one"),
    ):
        page = listed(client, query)
        other = "held-one" if found == "of-the-case" else "of-the-case"
        assert found in page
        assert f'mono" data-label="Control ID">{other}' not in page
    assert "No message matches" in listed(client, "?day=2001-01-01")
    assert "No message matches" in listed(client, "?control_id=%00&accession_number=%00")
    assert "of-the-case" in listed(client, "?day=9999-12-31")
    assert "of-the-case" in listed(client, "?day=nonsense&state=nonsense&connection=nonsense")


def test_opening_a_body_is_a_view_and_the_list_opens_none(client, olga, line, case):
    client.force_login(olga)
    message = a_message(line, case=case, patient=case.patient)
    listed(client)
    assert not AuditEvent.objects.filter(object_id=str(message.pk)).exists()
    page = client.get(f"/integrations/messages/{message.message_id}/").content.decode()
    assert "Observation value" in page
    assert "Okonkwo" in page
    client.get(f"/integrations/messages/{message.message_id}/bytes/")
    seen = AuditEvent.objects.filter(object_id=str(message.pk)).order_by("id")
    assert [(event.action, event.patient_id) for event in seen] == [
        (Action.VIEW, case.patient_id),
        (Action.DOWNLOAD, case.patient_id),
    ]


def test_a_correction_shows_what_is_other_than_before(client, olga, line, case):
    client.force_login(olga)
    a_message(line, oru("c-1"), control_id="c-1", case=case, state=MessageState.ACKNOWLEDGED)
    second = a_message(line, oru("c-2", value="31", status="C"), control_id="c-2", case=case)
    an_attempt(second, detail="Nobody answered within 15 seconds.")
    page = client.get(f"/integrations/messages/{second.message_id}/").content.decode()
    assert "Other than in the message before" in page
    assert "Neutrophils/Leukocytes in Blood" in page
    assert "Nobody answered within 15 seconds." in page


def test_fields_are_compared_by_result_and_not_by_line():
    found = changes(segments_of(oru("c-1")), segments_of(oru("c-2", value="31", status="C")))
    assert [(one.segment, one.number, one.was, one.now) for one in found] == [
        ("MSH", 10, "c-1", "c-2"),
        ("OBR", 25, "F", "C"),
        ("OBX", 5, "30", "31"),
        ("OBX", 11, "F", "C"),
    ]


@pytest.mark.parametrize("content", [b"", b"garbage", b"MSH", b"MSH|^~\\&|" + b"x|" * 20, bytes(range(256)), b"{bad"])
def test_what_is_no_message_is_shown_all_the_same(client, olga, line, content):
    client.force_login(olga)
    message = a_message(line, content, kind="", state=MessageState.REFUSED)
    assert client.get(f"/integrations/messages/{message.message_id}/").status_code == 200


def test_a_foreign_message_is_not_found(client, petra, pavel, line):
    message = a_message(line)
    client.force_login(petra)
    assert client.get(f"/integrations/messages/{message.message_id}/").status_code == 404
    assert "m-1" not in listed(client)
    client.force_login(pavel)
    assert client.get(f"/integrations/messages/{message.message_id}/").status_code == 403


def test_a_stuck_message_is_sent_again_or_handled_by_phone(client, ines, line, amina, pavel):
    Organisation.objects.filter(pk=amina.organisation_id).update(hl7_authority="RIVER")
    signed = specimen(by=amina, state=CaseState.SIGNED, number=9102, version=None, owner=pavel).case
    report = signed_report(signed, pavel)
    dead = a_message(line, case=signed, patient=signed.patient, report=report, state=MessageState.DEAD, position=8)
    client.force_login(ines)
    page = f"/integrations/messages/{dead.message_id}/"
    assert "Send again" in client.get(page).content.decode()
    answer = client.post(f"{page}again/", follow=True)
    dead.refresh_from_db()
    made = dead.replays.get()
    assert answer.redirect_chain == [(f"/integrations/messages/{made.message_id}/", 302)]
    assert dead.state == MessageState.SUPERSEDED
    refused = a_message(line, control_id="m-2", case=signed, state=MessageState.REFUSED, position=9)
    page = f"/integrations/messages/{refused.message_id}/"
    assert client.post(f"{page}handled/", {"reason": ""}).status_code == 422
    client.post(f"{page}handled/", {"reason": "Told Dr. Osei by telephone at 14:20."})
    refused.refresh_from_db()
    assert refused.state == MessageState.HANDLED
    again = client.post(f"{page}handled/", {"reason": "Told Dr. Osei by telephone at 14:20."})
    assert again.status_code == 409
    assert "waits for nobody" in again.content.decode()


def test_what_was_refused_of_another_system_waits_for_nobody_here(client, olga, ines, line, central):
    orders = a_connection(central, ines, ConnectionKind.MLLP_IN, name="Orders")
    a_message(orders, control_id="refused-in", state=MessageState.REFUSED, patient=None)
    a_message(orders, control_id="held-in", state=MessageState.HELD, patient=None)
    a_message(line, control_id="refused-out", state=MessageState.REFUSED)
    client.force_login(olga)
    page = listed(client, "?state=stuck")
    assert "refused-in" not in page
    assert "held-in" in page
    assert "refused-out" in page
    assert "refused-in" in listed(client, "?state=refused")


def test_a_message_says_what_it_waits_for(client, olga, line, case):
    first = a_message(line, control_id="first", case=case, patient=case.patient, state=MessageState.HELD, position=1)
    second = a_message(line, control_id="second", case=case, patient=case.patient, position=2)
    client.force_login(olga)
    page = f"/integrations/messages/{second.message_id}/"
    said = client.get(page).content.decode()
    assert "until an earlier message of the case is through" in said
    assert f'href="/integrations/messages/{first.message_id}/"' in said
    first.state = MessageState.HANDLED
    first.save()
    assert "by itself in a moment" in client.get(page).content.decode()
    line.failing_since = timezone.now()
    line.save()
    assert "has given no answer since" in client.get(page).content.decode()
    line.state, line.state_reason = ConnectionState.PAUSED, "Update of the LIS"
    line.paused_until = timezone.now() + timedelta(hours=1)
    line.save()
    assert "when the pause ends" in client.get(page).content.decode()


def test_a_message_handled_by_phone_says_who_told_whom(client, ines, olga, line):
    dead = a_message(line, state=MessageState.DEAD)
    client.force_login(ines)
    client.post(f"/integrations/messages/{dead.message_id}/handled/", {"reason": "Told Dr. Osei at 14:20."})
    client.force_login(olga)
    said = client.get(f"/integrations/messages/{dead.message_id}/").content.decode()
    assert "Told Dr. Osei at 14:20." in said
    assert ines.full_name in said


def test_who_is_asked_for_one_person_finds_the_record_to_compare(client, ines, central, case):
    orders = a_connection(central, ines, ConnectionKind.MLLP_IN, name="Orders")
    held = a_message(orders, state=MessageState.HELD, sentence="Is this one person?", patient=case.patient)
    client.force_login(ines)
    assert (
        f'href="/patients/{case.patient_id}/"'
        in client.get(f"/integrations/messages/{held.message_id}/").content.decode()
    )


def test_a_question_is_answered_on_the_page(client, ines, central):
    orders = a_connection(central, ines, ConnectionKind.MLLP_IN, name="Orders")
    held = a_message(orders, state=MessageState.HELD, sentence="Is this one person?", patient=None)
    client.force_login(ines)
    page = f"/integrations/messages/{held.message_id}/"
    assert "It is another person" in client.get(page).content.decode()
    assert client.post(f"{page}answer/", {"answer": "another person", "reason": ""}).status_code == 422
    client.post(f"{page}answer/", {"answer": "another person", "reason": "Other birth date, says the ward."})
    held.refresh_from_db()
    assert held.state == MessageState.REFUSED
    assert client.post(f"{page}answer/", {"answer": "another person", "reason": "Says the ward."}).status_code == 409


def test_auditors_act_on_nothing(client, olga, line):
    dead = a_message(line, state=MessageState.DEAD)
    client.force_login(olga)
    page = f"/integrations/messages/{dead.message_id}/"
    assert "Send again" not in client.get(page).content.decode()
    for part in ("again", "handled", "answer"):
        assert client.post(f"{page}{part}/").status_code == 403


def test_the_one_before_of_another_patient_is_a_view_of_theirs(client, olga, line, case):
    another = PatientFactory(organisation=case.clinic)
    before = a_message(line, oru("c-1"), control_id="c-1", case=case, patient=another)
    second = a_message(line, oru("c-2", status="W"), control_id="c-2", case=case, patient=case.patient)
    client.force_login(olga)
    client.get(f"/integrations/messages/{second.message_id}/")
    seen = AuditEvent.objects.filter(object_type="integrations.message", action=Action.VIEW)
    assert set(seen.values_list("object_id", "patient_id")) == {
        (str(before.pk), another.pk),
        (str(second.pk), case.patient_id),
    }
