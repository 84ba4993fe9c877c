"""Where something happens that a connection wants to know a worker is asked at once, and now and then for the rest."""

import pytest

from cases.services.cases import transition_case
from cases.states import CaseState
from hematovision import celery
from integrations import tasks
from integrations.models import Message, MessageState
from integrations.services import kicks
from integrations.services.feed import number_events
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.connections import a_connection
from tests.integrations.sending._receiver import LisReceiver
from tests.integrations.sending._sending import signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch):
    """What was asked for, and nothing reaches a broker."""
    found = []

    def hint(task, *keys, rank=0):
        found.append((task, *keys))
        return True

    monkeypatch.setattr(kicks, "hint", hint)
    monkeypatch.setattr(tasks, "hint", hint)
    return found


def test_a_signature_asks_for_the_connections_of_its_laboratory(riverside, pavel, lis, northern, petra, asked):
    a_connection(northern, petra)
    signed(riverside, pavel)
    assert asked == [(kicks.SEND, lis.pk)]


def test_what_no_connection_wants_asks_for_nothing(riverside, lis, asked):
    case = CaseFactory(clinic=riverside)
    SmearImageFactory(case=case)
    transition_case(actor=None, case=case, to=CaseState.SUBMITTED)
    assert number_events() == 1
    assert asked == []


def test_the_task_is_the_one_that_is_named():
    assert tasks.send_over.name == kicks.SEND
    assert celery.app.conf.beat_schedule["send_due"]["task"] == tasks.send_due.name
    assert celery.app.conf.beat_schedule["follow_stuck_messages"]["task"] == tasks.follow_stuck_messages.name


def test_now_and_then_what_is_due_is_asked_for(riverside, pavel, lis, asked, to):
    tasks.send_due()
    assert asked == []
    signed(riverside, pavel)
    asked.clear()
    tasks.send_due()
    assert asked == [(kicks.SEND, lis.pk)]
    with LisReceiver() as receiver:
        to(lis, receiver)
        tasks.send_over(str(lis.pk))
    assert Message.objects.get().state == MessageState.ACKNOWLEDGED
    asked.clear()
    tasks.send_due()
    assert asked == []
