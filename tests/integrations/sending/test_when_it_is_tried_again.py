"""When a message is tried again, when it is given up, and whom it holds back; by a clock that is set."""

import datetime as dt

import pytest

from integrations.models import Attempt, AttemptOutcome, Connection, ConnectionState, Message, MessageState
from integrations.services.outbox import queue_events
from integrations.services.sending import drain, due_connections
from tests.integrations.sending._sending import AE, AR, AWAY, CE, OK, SILENT, Clock, ToldLink, a_case, run, signed

pytestmark = pytest.mark.django_db

PAUSES = [5, 30, 120, 600, 1800, 3600, 3600]


def state_of(report):
    return Message.objects.get(report=report).state


def next_try():
    """When the one message may be tried again: its connection and itself may have to wait."""
    waits = [Connection.objects.get().retry_at, Message.objects.get().next_try_at]
    return max(one for one in waits if one is not None)


@pytest.mark.parametrize("says", [SILENT, AWAY, CE])
def test_the_pauses_grow_to_an_hour_and_it_is_dead_after_three_days(riverside, pavel, lis, says):
    report = signed(riverside, pavel)
    clock, link = Clock(), ToldLink(says)
    queue_events(lis, now=clock)
    began, seen = clock(), []
    while state_of(report) == MessageState.QUEUED:
        run(lis, link, clock)
        seen.append((next_try() - clock()).total_seconds())
        clock.at = next_try()
    assert seen[:7] == PAUSES
    assert dt.timedelta(hours=72) <= clock() - began < dt.timedelta(hours=75)
    message = Message.objects.get()
    assert message.state == MessageState.DEAD
    assert message.sentence == "The receiver has not answered for 72 hours."
    assert set(link.sent) == {message.control_id}
    assert message.tries == Attempt.objects.count() == len(seen)


def test_three_errors_and_it_is_refused(riverside, pavel, lis):
    report = signed(riverside, pavel)
    clock, link = Clock(), ToldLink(AE)
    for _ in range(3):
        run(lis, link, clock)
        clock.go(seconds=30)
    assert state_of(report) == MessageState.REFUSED
    assert len(link.sent) == 3
    outcomes = list(Attempt.objects.order_by("number").values_list("outcome", flat=True))
    assert outcomes == [AttemptOutcome.FAILED, AttemptOutcome.FAILED, AttemptOutcome.REFUSED]


@pytest.mark.parametrize("says", [AE, AR])
def test_a_refused_message_holds_back_its_own_case_alone(riverside, pavel, lis, says):
    case = a_case(riverside)
    first, second = signed(riverside, pavel, case), signed(riverside, pavel, case, kind="corrected")
    other = signed(riverside, pavel)
    queue_events(lis)
    clock, link = Clock(), ToldLink()
    link.special[Message.objects.get(report=first).control_id] = says
    for _ in range(4):
        run(lis, link, clock)
        clock.go(minutes=1)
    assert state_of(first) == MessageState.REFUSED
    assert state_of(second) == MessageState.QUEUED
    assert state_of(other) == MessageState.ACKNOWLEDGED
    assert Message.objects.get(report=second).tries == 0


def test_a_held_message_holds_back_its_own_case_alone(riverside, pavel, lis):
    case = a_case(riverside)
    lis.charset = "ASCII"
    lis.save()
    first = signed(riverside, pavel, case, interpretation="Naïve.")
    second, other = signed(riverside, pavel, case, kind="corrected"), signed(riverside, pavel)
    run(lis, ToldLink())
    assert state_of(first) == state_of(second) == MessageState.HELD
    assert state_of(other) == MessageState.ACKNOWLEDGED


def test_a_receiver_that_is_away_is_asked_once_not_once_a_message(riverside, pavel, lis):
    for _ in range(3):
        signed(riverside, pavel)
    clock, link = Clock(), ToldLink(AWAY)
    run(lis, link, clock)
    assert run(lis, link, clock) == 0
    assert len(link.sent) == 1
    link.says = OK
    clock.go(seconds=5)
    assert run(lis, link, clock) == 3
    assert Connection.objects.get().retry_at is None


def test_a_message_that_nobody_answers_does_not_stop_the_others(riverside, pavel, lis):
    poison, *others = [signed(riverside, pavel) for _ in range(4)]
    queue_events(lis)
    clock, link = Clock(), ToldLink()
    link.special[Message.objects.get(report=poison).control_id] = SILENT
    run(lis, link, clock)
    clock.go(seconds=5)
    assert run(lis, link, clock) == 3
    assert [state_of(report) for report in others] == [MessageState.ACKNOWLEDGED] * 3
    for _ in range(90):
        clock.go(hours=1)
        run(lis, link, clock)
    assert state_of(poison) == MessageState.DEAD


def test_a_new_message_does_not_wait_for_the_pause_of_one_that_nobody_answers(riverside, pavel, lis):
    poison = signed(riverside, pavel)
    queue_events(lis)
    clock, link = Clock(), ToldLink()
    link.special[Message.objects.get().control_id] = SILENT
    for _ in range(8):
        run(lis, link, clock)
        clock.at = next_try()
    run(lis, link, clock)
    new = signed(riverside, pavel)
    clock.go(minutes=2)
    assert run(lis, link, clock) == 1
    assert state_of(new) == MessageState.ACKNOWLEDGED
    assert state_of(poison) == MessageState.QUEUED


def test_after_a_long_silence_what_waited_goes_at_once(riverside, pavel, lis):
    reports = [signed(riverside, pavel) for _ in range(3)]
    clock, link = Clock(), ToldLink(SILENT)
    for _ in range(12):
        run(lis, link, clock)
        clock.go(minutes=10)
    waits = sorted(Message.objects.values_list("next_try_at", flat=True))
    assert waits[0] < waits[-1]
    clock.at, link.says = max(waits[0], Connection.objects.get().retry_at), OK
    assert clock.at < waits[-1]
    run(lis, link, clock)
    assert [state_of(report) for report in reports] == [MessageState.ACKNOWLEDGED] * 3


def test_each_waits_for_its_own_three_days(riverside, pavel, lis):
    old = signed(riverside, pavel)
    clock, link = Clock(), ToldLink(AWAY)
    run(lis, link, clock)
    for hour in range(73):
        clock.go(hours=1)
        if hour == 70:
            new = signed(riverside, pavel)
        run(lis, link, clock)
    assert state_of(old) == MessageState.DEAD
    assert state_of(new) == MessageState.QUEUED


def test_a_clock_that_jumps_back_stops_nothing(riverside, pavel, lis):
    signed(riverside, pavel)
    clock, link = Clock(), ToldLink(SILENT)
    run(lis, link, clock)
    Connection.objects.update(lease_holder="another", lease_until=clock() + dt.timedelta(seconds=60))
    clock.go(days=-2)
    link.says = OK
    assert due_connections(clock()) == [lis]
    assert run(lis, link, clock) == 1


def test_a_clock_that_jumps_ahead_gives_nothing_up(riverside, pavel, lis):
    report = signed(riverside, pavel)
    clock, link = Clock(), ToldLink(AWAY)
    run(lis, link, clock)
    clock.go(days=30)
    run(lis, link, clock)
    assert state_of(report) == MessageState.QUEUED


def test_while_another_worker_has_it_nothing_is_sent(riverside, pavel, lis):
    signed(riverside, pavel)
    clock, link = Clock(), ToldLink()
    Connection.objects.update(lease_holder="another", lease_until=clock() + dt.timedelta(seconds=60))
    assert run(lis, link, clock) == 0
    assert Message.objects.get().state == MessageState.QUEUED, "it is made all the same"
    assert due_connections(clock()) == []
    clock.go(seconds=61)
    assert run(lis, link, clock) == 1


def test_a_worker_that_lost_its_lease_writes_nothing_over_its_successor(riverside, pavel, lis):
    signed(riverside, pavel)
    clock = Clock()

    class Overtaken(ToldLink):
        def send(self, message):
            if not self.sent:
                super().send(message)
                clock.go(minutes=9)
                drain(lis.pk, now=clock, link_to=lambda _: self)
                return SILENT
            return super().send(message)

    link = Overtaken()
    run(lis, link, clock)
    assert Message.objects.get().state == MessageState.ACKNOWLEDGED
    outcomes = list(Attempt.objects.order_by("number").values_list("outcome", flat=True))
    assert outcomes == [AttemptOutcome.INTERRUPTED, AttemptOutcome.ACKNOWLEDGED]
    assert Connection.objects.get().failures == 0


def test_paused_until_its_end(riverside, pavel, lis):
    report = signed(riverside, pavel)
    clock = Clock()
    lis.state, lis.state_reason = ConnectionState.PAUSED, "Maintenance"
    lis.paused_until = clock() + dt.timedelta(hours=1)
    lis.save()
    assert run(lis, ToldLink(), clock) == 0
    assert state_of(report) == MessageState.QUEUED
    clock.go(hours=1)
    assert due_connections(clock()) == [lis]
    assert run(lis, ToldLink(), clock) == 1


def test_nothing_is_due_where_nothing_waits(riverside, pavel, lis):
    clock = Clock()
    assert due_connections(clock()) == []
    signed(riverside, pavel)
    assert due_connections(clock()) == [lis]
    link = ToldLink(AWAY)
    run(lis, link, clock)
    assert due_connections(clock()) == []
    clock.go(seconds=5)
    assert due_connections(clock()) == [lis]
    link.says = OK
    run(lis, link, clock)
    assert due_connections(clock()) == []
    assert link.closed == 2
