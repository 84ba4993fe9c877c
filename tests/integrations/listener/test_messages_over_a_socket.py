"""Orders over a real socket are stored and acknowledged, and nothing that anybody sends stops the listener."""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from cases.models import Order, Patient
from integrations.hl7.mllp import MOST_BYTES, frame
from integrations.listener.bounds import MOST_SESSIONS
from integrations.models import ConnectionState, ListenerHeartbeat, Message, MessageState
from tests.factories.hl7_messages import adt, an_order, order, pid

pytestmark = pytest.mark.django_db(transaction=True)

GARBAGE = bytes(range(256)) * 400


def still_takes_orders(running, connection, number="LAST"):
    return running.sender(connection).send(an_order(*order(number=number))).code == "AA"


def test_an_order_is_acknowledged_and_waits(sender):
    answer = sender.send(an_order(control_id="A-1"))
    assert (answer.code, answer.control_id) == ("AA", "A-1")
    assert Order.objects.get().placer_number == "PLACER77"


def test_one_sender_sends_many_over_one_connection(sender):
    contents = [an_order(*order(number=f"P{number}"), control_id=f"C{number}") for number in range(5)]
    sender.push(b"".join(frame(content) for content in contents))
    assert [sender.answer().control_id for _ in contents] == [f"C{number}" for number in range(5)]
    assert Order.objects.count() == 5


def test_a_frame_may_come_in_pieces(sender):
    whole = frame(an_order())
    for place in range(0, len(whole), 7):
        sender.push(whole[place : place + 7])
    assert sender.answer().code == "AA"


def test_the_same_message_over_two_connections_is_one_order(running, connection):
    content = an_order()
    assert [running.sender(connection).send(content).code for _ in range(2)] == ["AA", "AA"]
    assert Order.objects.count() == 1


def test_merged_numbers_find_the_one_that_stands(sender, amina):
    sender.send(an_order())
    sender.send(an_order(*order(number="P2"), patient=pid("MRN999")))
    assert sender.send(adt("A40", pid(), "MRG|MRN999^^^CLINIC1^MR")).code == "AA"
    found = [Patient.objects.visible_to(amina).ever_with_number(number).get() for number in ("MRN123", "MRN999")]
    assert found[0] == found[1]


def test_what_is_refused_is_answered_over_the_same_connection(sender):
    assert sender.send(an_order(patient=pid(authority="ELSEWHERE"))).code == "AE"
    assert sender.send(an_order()).code == "AA"


@pytest.mark.parametrize(
    "content",
    [GARBAGE, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 3000, b"\x0b" + b"x" * (MOST_BYTES + 70_000)],
    ids=["garbage", "http", "20 MB"],
)
def test_bytes_that_are_no_message_close_the_connection_and_nothing_else(running, connection, content):
    sender = running.sender(connection)
    with contextlib.suppress(ConnectionError):  # closed while it was still sending
        sender.push(content)
    assert sender.is_closed()
    assert still_takes_orders(running, connection)


def test_a_frame_without_a_header_is_kept_and_closes_the_connection(running, connection):
    sender = running.sender(connection)
    sender.push(frame(b"PID|1||MRN123\r"))
    assert sender.is_closed()
    assert Message.objects.get().state == MessageState.REFUSED
    assert still_takes_orders(running, connection)


def test_a_half_frame_keeps_nobody_waiting(running, connection):
    half = running.sender(connection)
    half.push(frame(an_order())[:200])
    assert still_takes_orders(running, connection)
    half.close()
    assert still_takes_orders(running, connection, "AFTER")
    assert Order.objects.count() == 2


def test_forty_at_once_find_as_many_places_as_there_are(running, connection):
    senders = [running.sender(connection) for _ in range(40)]
    for number, one in enumerate(senders):
        one.push(frame(an_order(*order(number=f"P{number}"))))
    answers = []
    for one in senders:
        try:
            answers.append(one.answer().code)
        except ConnectionError:
            answers.append("closed")
    assert Counter(answers) == {"AA": MOST_SESSIONS, "closed": 40 - MOST_SESSIONS}
    assert Order.objects.count() == MOST_SESSIONS
    for one in senders:
        one.close()
    assert Patient.objects.count() == 1


def test_a_sender_that_says_nothing_is_closed(running, connection, monkeypatch):
    monkeypatch.setattr("integrations.listener.session.IDLE_SECONDS", 0.01)
    assert running.sender(connection).is_closed()
    monkeypatch.undo()
    assert still_takes_orders(running, connection)


def test_nobody_from_elsewhere_is_let_in(running, connection):
    connection.networks = ["10.1.2.0/24"]
    connection.save()
    running.go_round()
    assert running.sender(connection).is_closed()
    connection.networks = []
    connection.save()
    running.go_round()
    assert running.sender(connection).is_closed()
    running.go_round()
    assert ListenerHeartbeat.objects.get().turned_away == 2


def test_a_message_is_not_acknowledged_while_the_database_is_away(running, connection, monkeypatch):
    content = an_order()

    def away(*_, **__):
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr("integrations.services.incoming.take_orders", away)
        sender = running.sender(connection)
        sender.push(frame(content))
        assert sender.is_closed()
    assert running.sender(connection).send(content).code == "AA"
    assert Order.objects.count() == 1


def test_the_log_names_no_patient(running, connection, caplog, capfd):
    for content in (an_order(), an_order(patient=pid(born="19801301")), an_order(patient=pid(authority="NOWHERE"))):
        running.sender(connection).send(content)
    closed = running.sender(connection)
    closed.push(frame(b"PID|1||MRN123^^^CLINIC1^MR||DOE^JANE\r"))
    assert closed.is_closed()
    said = caplog.text + "".join(capfd.readouterr()) + " ".join(running.said)
    assert not [word for word in ("DOE", "JANE", "MRN123", "PLACER77") if word in said]


def test_ports_follow_the_connections(running, connection, caplog):
    assert running.said[0].startswith("Listening for LIS mllp_in at 127.0.0.1:")
    open_one = running.sender(connection)
    assert open_one.send(an_order()).code == "AA"
    connection.state = ConnectionState.OFF
    connection.save(update_fields=["state"])
    running.go_round()
    assert open_one.is_closed()
    assert running.said[-1] == "No connection for incoming messages is on; looking again."
    with pytest.raises(KeyError):
        running.sender(connection)
    assert "exception" not in caplog.text.lower()
    running.go_round()
    assert running.said.count("No connection for incoming messages is on; looking again.") == 1
    connection.state = ConnectionState.ON
    connection.save(update_fields=["state"])
    running.go_round()
    assert still_takes_orders(running, connection)


def test_a_port_that_is_taken_is_said_and_tried_again(running, connection):
    _, taken = running.listener.address_of(connection.pk)
    other = type(connection).objects.get(pk=connection.pk)
    other.pk, other.name, other.port, other.service_user = None, "Second", taken, None
    other._state.adding = True
    other.id = None
    other.save(force_insert=True)
    running.go_round()
    running.go_round()
    problem = ListenerHeartbeat.objects.get().problem
    assert "cannot be opened" in problem
    assert len([line for line in running.said if "cannot be opened" in line]) == 1
    assert still_takes_orders(running, connection)


def test_the_heartbeat_counts(running, connection):
    sender = running.sender(connection)
    sender.send(an_order())
    bad = running.sender(connection)
    bad.push(GARBAGE)
    assert bad.is_closed()
    running.go_round()
    beat = ListenerHeartbeat.objects.alive().get()
    assert (beat.ports, beat.sessions, beat.answered, beat.unreadable) == (1, 1, 1, 1)
    assert beat.problem == ""


@pytest.mark.parametrize("state", [ConnectionState.OFF, ConnectionState.PAUSED])
def test_nothing_is_taken_once_it_is_switched_off_although_the_port_is_still_open(sender, connection, state):
    connection.state, connection.state_reason = state, "The LIS is updated."
    connection.paused_until = timezone.now() + timedelta(hours=1)
    connection.save()
    sender.push(frame(an_order()))
    assert sender.is_closed()
    assert not Message.objects.exists()


def test_messages_that_wait_for_their_turn_count_as_held(running, connection, monkeypatch):
    monkeypatch.setattr(running.listener._held, "_most", len(an_order()) + 10)
    assert running.sender(connection).send(an_order()).code == "AA"
    sender = running.sender(connection)
    sender.push(frame(an_order(control_id="A-1")) + frame(an_order(control_id="A-2")))
    assert sender.is_closed()
    assert Message.objects.count() == 1
