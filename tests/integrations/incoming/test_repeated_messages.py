"""A message that comes again is not carried out again, whoever sends it twice and for whatever reason."""

import pytest
from django.db import OperationalError
from django.utils import timezone

from cases.models import Order, Patient
from integrations.hl7.faults import UnreadableError
from integrations.models import Direction, Message, MessageState
from integrations.services.incoming import take
from tests.factories.hl7_messages import a_message, an_order, order, pid
from tests.together import together

pytestmark = pytest.mark.django_db


def test_the_same_message_gets_the_same_answer(connection):
    content = an_order(control_id="TWICE")
    first = take(connection, content, timezone.now())
    assert take(connection, content, timezone.now()) == first
    assert Order.objects.count() == Message.objects.count() == 1


def test_another_message_under_its_control_id_is_refused(send):
    send(an_order(control_id="TWICE"))
    answer = send(an_order(*order(number="PLACER78"), control_id="TWICE"))
    assert (answer.code, answer.said) == ("AE", "This control id was used for another message.")
    assert Order.objects.count() == 1


def test_another_sender_has_control_ids_of_its_own(send, connection):
    connection.their_application = connection.their_facility = ""
    connection.save()
    assert send(an_order(control_id="ONE", sender="LIS|HOSPITAL")).code == "AA"
    assert send(an_order(*order(number="P2"), control_id="ONE", sender="LIS|SURGERY")).code == "AA"


def test_what_was_refused_is_tried_anew_once_the_mapping_has_the_row(send, connection, rows, riverside):
    content = an_order(patient=pid(authority="NEW"), control_id="AGAIN")
    assert send(content).code == "AE"
    connection.mapping.versions.create(
        number=2,
        effective_from=timezone.now(),
        rows=rows | {"authorities": [{"authority": "NEW", "clinic": riverside.slug}]},
        saved_by=connection.saved_by,
    )
    assert send(content).code == "AA"
    kept = Message.objects.get()
    assert (kept.state, kept.tries, kept.sentence) == (MessageState.PROCESSED, 2, "")


def test_a_message_stored_before_the_database_went_away_is_carried_out_when_it_comes_again(connection, monkeypatch):
    content = an_order()

    def away(*_, **__):
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr("integrations.services.incoming.take_orders", away)
        with pytest.raises(OperationalError):
            take(connection, content, timezone.now())
    assert Message.objects.get().state == MessageState.RECEIVED
    assert b"MSA|AA|" in take(connection, content, timezone.now())
    assert Order.objects.count() == Message.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"GET / HTTP/1.1\r\n", b"\x00" * 50, b"MSH||||||", b"PID|1||MRN\r"])
def test_bytes_without_a_header_are_kept_and_not_answered(connection, content):
    with pytest.raises(UnreadableError):
        take(connection, content, timezone.now())
    kept = Message.objects.get()
    assert (kept.direction, kept.state, kept.content) == (Direction.IN, MessageState.REFUSED, content)
    assert (kept.answer_content, kept.control_id) == (b"", "")


def test_a_message_without_a_control_id_is_refused(send):
    assert send(an_order(control_id=" ")).code == "AE"
    assert Order.objects.count() == 0


def test_a_message_of_too_many_parts_is_refused_with_an_answer(send):
    assert send(an_order("NTE" + "|" * 60_000)).code == "AE"
    kept = Message.objects.get()
    assert (kept.state, kept.sentence) == (MessageState.REFUSED, "A message of more than 50000 parts.")


@pytest.mark.django_db(transaction=True)
def test_one_message_twice_at_once_is_carried_out_once(connection):
    content = an_order()
    answers = together(*[lambda: take(connection, content, timezone.now())] * 4)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert len(set(answers)) == 1
    assert b"MSA|AA|" in answers[0]
    assert Order.objects.count() == Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_messages_at_once_for_one_new_patient_register_them_once(connection):
    contents = [an_order(*order(number=f"PLACER{number}")) for number in range(4)]
    calls = [lambda content=content: take(connection, content, timezone.now()) for content in contents]
    answers = together(*calls)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert [b"MSA|AA|" in answer for answer in answers] == [True] * 4
    assert Patient.objects.count() == 1
    assert Order.objects.count() == 4
    connection.refresh_from_db()
    assert connection.service_user is not None


def test_a_message_keeps_its_bytes(send):
    content = a_message("ADT^A08", "EVN|A08", pid(family="ÖZGÜR"))
    send(content)
    assert Message.objects.get().content == content


def test_a_fault_of_ours_is_in_the_log_with_its_place_and_without_the_message(connection, monkeypatch, caplog):
    def broken(*_, **__):
        raise ValueError("time data '19610305' does not match")

    monkeypatch.setattr("integrations.services.incoming.take_orders", broken)
    assert b"MSA|AE|" in take(connection, an_order(), timezone.now())
    assert "message_not_carried_out" in caplog.text
    assert "broken" in caplog.text
    assert "19610305" not in caplog.text
