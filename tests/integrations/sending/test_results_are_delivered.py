"""Over a real socket: what is acknowledged is delivered, in order within each case, and what is not is sent again as it was."""

import ssl
import threading

import pytest
from django.db.models import F

from audit.models import Action, AuditEvent
from integrations.models import Attempt, AttemptOutcome, Connection, Message, MessageState
from integrations.services.feed import number_events
from integrations.services.outbox import queue_events
from integrations.services.sending import drain
from tests.factories.reports import NEUTROPENIC, signed_report
from tests.integrations.hl7._messages import field, results
from tests.integrations.sending._receiver import LisReceiver
from tests.integrations.sending._sending import Clock, ToldLink, a_case, impatient, run, signed

pytestmark = pytest.mark.django_db


class Received:
    """A message as it came, for what looks into messages."""

    def __init__(self, content):
        self.content = content


def states():
    return list(Message.objects.order_by("position", "id").values_list("state", flat=True))


def attempts(message):
    return list(message.attempts.order_by("number").values_list("outcome", flat=True))


@pytest.mark.parametrize(("keeps_open", "connections"), [(False, 3), (True, 1)])
def test_a_report_its_correction_and_its_withdrawal(riverside, pavel, lis, to, keeps_open, connections):
    case = a_case(riverside)
    for kind in ("original", "corrected", "withdrawn"):
        signed(riverside, pavel, case, kind=kind, counts=NEUTROPENIC)
    with LisReceiver() as receiver:
        to(lis, receiver, keeps_open=keeps_open)
        assert run(lis) == 3
        assert receiver.connections == connections
    came = [Received(content) for content in receiver.messages]
    assert [field(message, "OBR", 25) for message in came] == ["F", "C", "X"]
    for message, status in zip(came, "FCX", strict=True):
        assert {found for *_, found in results(message)} == {status}
    assert states() == [MessageState.ACKNOWLEDGED] * 3
    assert [attempts(message) for message in Message.objects.all()] == [[AttemptOutcome.ACKNOWLEDGED]] * 3
    assert {message.answer_code for message in Message.objects.all()} == {"AA"}
    assert all(b"MSA|AA|" in message.answer_content for message in Message.objects.all())


@pytest.mark.parametrize("host", ["lis..example", f"{'x' * 64}.example"])
def test_a_name_that_cannot_be_one_is_a_receiver_that_is_not_there(riverside, pavel, lis, host):
    signed(riverside, pavel)
    lis.host = host
    lis.save(update_fields=["host"])
    assert run(lis) == 0
    message = Message.objects.get()
    assert (message.state, attempts(message)) == (MessageState.QUEUED, [AttemptOutcome.NO_CONNECTION])
    assert Connection.objects.get(pk=lis.pk).failures == 1


def test_a_turn_ends_where_the_connection_was_changed(riverside, pavel, lis):
    signed(riverside, pavel)
    signed(riverside, pavel)

    class Changing(ToldLink):
        """Two administrators change the receiver while a message is under way."""

        def send(self, message):
            Connection.objects.update(version=F("version") + 1, host="other.example")
            return super().send(message)

    old = Changing()
    assert run(lis, old) == 1
    new = ToldLink()
    assert run(lis, new) == 1
    assert (len(old.sent), len(new.sent)) == (1, 1)


def test_a_delivery_is_in_the_audit_trail(riverside, pavel, lis, to):
    report = signed(riverside, pavel)
    with LisReceiver() as receiver:
        run(to(lis, receiver))
    event = AuditEvent.objects.get(action=Action.SEND, object_type="integrations.message")
    message = Message.objects.get()
    assert (event.patient_id, event.laboratory_id) == (report.case.patient_id, lis.laboratory_id)
    assert event.after["report"] == str(report.pk)
    assert event.after["sha256"] == message.sha256


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("silent", AttemptOutcome.NO_ANSWER),
        ("close", AttemptOutcome.NO_ANSWER),
        ("half", AttemptOutcome.NO_ANSWER),
        ("wrong", AttemptOutcome.WRONG_ANSWER),
        ("garbage", AttemptOutcome.WRONG_ANSWER),
        ("CE", AttemptOutcome.FAILED),
        ("AE", AttemptOutcome.FAILED),
    ],
)
def test_what_is_no_acknowledgement_is_sent_again_byte_for_byte(riverside, pavel, lis, to, answer, outcome):
    signed(riverside, pavel)
    clock = Clock()
    with LisReceiver(answer, "AA") as receiver:
        to(lis, receiver)
        assert run(lis, clock=clock) == 0
        assert states() == [MessageState.QUEUED]
        clock.go(seconds=4)
        assert run(lis, clock=clock) == 0, "the pause is five seconds"
        clock.go(seconds=1)
        assert run(lis, clock=clock) == 1
    first, again = receiver.messages
    assert first == again
    assert attempts(Message.objects.get()) == [outcome, AttemptOutcome.ACKNOWLEDGED]
    assert Connection.objects.get().failures == 0


def test_the_late_answer_to_another_message_is_no_answer_to_this_one(riverside, pavel, lis, to):
    signed(riverside, pavel)
    signed(riverside, pavel)
    clock = Clock()
    with LisReceiver("silent", "late") as receiver:
        to(lis, receiver, keeps_open=True)
        run(lis, clock=clock)
        clock.go(seconds=5)
        run(lis, clock=clock)
    assert sorted(states()) == [MessageState.ACKNOWLEDGED] * 2
    # The first was not taken as acknowledged by what came for it while the second was under way.
    assert sorted(len(attempts(message)) for message in Message.objects.all()) == [1, 2]
    assert len(receiver.messages) == 3


@pytest.mark.parametrize("answer", ["AR", "CR"])
def test_a_refused_message_is_not_sent_again(riverside, pavel, lis, to, answer):
    signed(riverside, pavel)
    with LisReceiver(answer) as receiver:
        run(to(lis, receiver))
    message = Message.objects.get()
    assert message.state == MessageState.REFUSED
    assert message.sentence == f"The receiver refused it. Its answer was {answer}."
    assert receiver.control_ids == [message.control_id]


def test_an_acknowledgement_in_odd_words_is_one(riverside, pavel, lis, to):
    signed(riverside, pavel)
    with LisReceiver("odd") as receiver:
        assert run(to(lis, receiver)) == 1


def test_nobody_there(riverside, pavel, lis):
    signed(riverside, pavel)
    assert run(lis) == 0
    message = Message.objects.get()
    assert (message.state, message.next_try_at) == (MessageState.QUEUED, None)
    assert message.attempts.get().detail == "The receiver does not take connections."
    assert Connection.objects.get().failures == 1


def test_a_kept_connection_that_the_receiver_closed_is_opened_again(riverside, pavel, lis, to):
    for _ in range(2):
        signed(riverside, pavel)
    with LisReceiver("AA", "close", "AA") as receiver:
        assert run(to(lis, receiver, keeps_open=True)) == 2
        assert receiver.connections == 2
    assert receiver.control_ids[1] == receiver.control_ids[2]


def test_a_worker_that_dies_before_the_answer(riverside, pavel, lis, to):
    """The same bytes go again, under the same control id, once its lease is over."""
    signed(riverside, pavel)
    clock = Clock()

    class KilledError(BaseException):
        pass

    class DyingLink:
        def __init__(self, connection):
            self.real = impatient(connection)

        def send(self, message):
            self.real.send(message)
            raise KilledError

        def close(self):
            self.real.close()

    with LisReceiver() as receiver:
        to(lis, receiver)
        with pytest.raises(KilledError):
            drain(lis.pk, now=clock, link_to=DyingLink)
        # Killed, not stopped: nobody gave the lease back.
        Connection.objects.update(lease_holder="dead", lease_until=clock())
        assert states() == [MessageState.SENDING]
        clock.go(seconds=1)
        assert run(lis, clock=clock) == 1
    assert receiver.messages[0] == receiver.messages[1]
    assert attempts(Message.objects.get()) == [AttemptOutcome.INTERRUPTED, AttemptOutcome.ACKNOWLEDGED]


def test_a_receiver_restarted_five_times(riverside, pavel, lis, to):
    """Sixty versions of thirty cases: each is acknowledged once, in order within its case."""
    cases = [a_case(riverside) for _ in range(30)]
    for kind in ("original", "corrected"):
        for case in cases:
            signed_report(case, pavel, kind=kind)
    number_events()
    clock, came = Clock(), []
    receiver = LisReceiver()
    to(lis, receiver, keeps_open=True)
    for _ in range(5):
        enough = threading.Event()
        receiver.on_message = lambda _, r=receiver, e=enough: e.set() if len(r.messages) == 8 else None
        stopper = threading.Thread(target=lambda r=receiver, e=enough: (e.wait(60), r.stop()))
        stopper.start()
        run(lis, clock=clock)
        stopper.join()
        came += receiver.messages
        receiver = LisReceiver(port=receiver.port)
        clock.go(minutes=5)
    while run(lis, clock=clock):
        clock.go(minutes=5)
    receiver.stop()
    came += receiver.messages
    assert states() == [MessageState.ACKNOWLEDGED] * 60
    once = Attempt.objects.filter(outcome=AttemptOutcome.ACKNOWLEDGED).values_list("message", flat=True)
    assert len(once) == len(set(once)) == 60
    ids = [content.split(b"\r")[0].split(b"|")[9].decode() for content in came]
    assert set(ids) == set(Message.objects.values_list("control_id", flat=True))
    for case in cases:
        own = [one for one in ids if one.startswith(case.pk.hex[:12])]
        assert own == sorted(own)


def test_over_tls_to_a_receiver_that_is_trusted(riverside, pavel, lis, to, certificate):
    signed(riverside, pavel)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate.file)
    server.load_verify_locations(certificate.file)
    server.verify_mode = ssl.CERT_REQUIRED
    with LisReceiver(tls=server) as receiver:
        trusted = {"host": "localhost", "uses_tls": True, "tls_authority": certificate.pem}
        to(lis, receiver, **trusted, tls_certificate=certificate.pem, tls_key=certificate.key)
        assert drain(lis.pk) == 1
        signed(riverside, pavel)
        to(lis, receiver, tls_authority="")
        assert drain(lis.pk) == 0
    last = Attempt.objects.order_by("id").last()
    assert (last.outcome, last.detail) == (
        AttemptOutcome.NO_CONNECTION,
        "The certificate of the receiver is not trusted.",
    )


def test_what_is_signed_while_it_sends_goes_too(riverside, pavel, lis, to):
    signed(riverside, pavel)
    queue_events(lis)
    with LisReceiver() as receiver:
        signed(riverside, pavel)
        assert run(to(lis, receiver)) == 2
