"""Eight who write and one who reads by position: no event is skipped, whatever order the commits come in."""

from __future__ import annotations

import threading

import pytest
from django.db import connections, transaction

from cases.services.cases import transition_case
from cases.states import CaseState
from integrations.models import FeedEvent
from integrations.services.feed import number_events
from integrations.verification import check_feed
from tests.factories.specimens import specimen
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, STEPS = 8, 3


def test_no_event_is_skipped(amina):
    cases = [specimen(by=amina, state=CaseState.READY, number=number, version=None).case for number in range(WRITERS)]
    done = threading.Event()
    writing = threading.Semaphore(0)

    def write(case):
        def work():
            try:
                for _ in range(STEPS):
                    with transaction.atomic():
                        transition_case(actor=None, case=case, to=CaseState.ANALYSING)
                        transition_case(actor=None, case=case, to=CaseState.READY)
            finally:
                writing.release()

        return work

    def read():
        read_so_far, last = [], 0
        while True:
            over = done.is_set()
            fresh = list(FeedEvent.objects.numbered().filter(position__gt=last).values_list("position", "source"))
            read_so_far += fresh
            last = fresh[-1][0] if fresh else last
            if over and not fresh:
                return read_so_far
            # A program asks now and then; one that asks without a pause keeps the writers from their turn.
            done.wait(0.05)

    def end():
        for _ in range(WRITERS):
            writing.acquire()
        connections.close_all()
        number_events()
        done.set()

    *wrote, found, ended = together(*[write(case) for case in cases], read, end)
    assert [*wrote, ended] == [None] * (WRITERS + 1)
    assert [position for position, _ in found] == list(range(1, WRITERS * STEPS + 1))
    assert len({source for _, source in found}) == WRITERS * STEPS
    assert list(check_feed()) == []
