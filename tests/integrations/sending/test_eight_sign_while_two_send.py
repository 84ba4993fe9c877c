"""Eight who sign and two who send at once: every version is one message, acknowledged once, in order within its case."""

from __future__ import annotations

import threading

import pytest
from django.db import connection as database
from django.db import connections, transaction

from integrations.models import Attempt, AttemptOutcome, FeedEvent, Message, MessageState
from integrations.services.feed import number_events
from integrations.services.sending import drain
from integrations.verification import check_feed
from reports.models import Report
from tests.factories.reports import signed_report
from tests.integrations.sending._receiver import LisReceiver
from tests.integrations.sending._sending import a_case
from tests.together import together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite has one writer at a time"),
]

SIGNERS, VERSIONS = 8, ("original", "corrected", "appended", "corrected")


def test_every_version_is_acknowledged_once(riverside, pavel, lis, to):
    cases = [a_case(riverside) for _ in range(SIGNERS)]
    signing = threading.Semaphore(0)
    done = threading.Event()

    def sign(case):
        def work():
            try:
                for kind in VERSIONS:
                    with transaction.atomic():
                        signed_report(case, pavel, kind=kind)
            finally:
                signing.release()

        return work

    def send():
        while not done.is_set():
            drain(lis.pk)
            # A worker is asked now and then; one that asks without a pause keeps the signers from their turn.
            done.wait(0.02)

    def end():
        for _ in range(SIGNERS):
            signing.acquire()
        connections.close_all()
        number_events()
        done.set()

    with LisReceiver() as receiver:
        to(lis, receiver, keeps_open=True)
        assert together(*[sign(case) for case in cases], send, send, end) == [None] * (SIGNERS + 3)
        # What got its number after both had looked for the last time.
        drain(lis.pk)

    number = SIGNERS * len(VERSIONS)
    assert Report.objects.count() == number
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.ACKNOWLEDGED}
    assert sorted(Message.objects.values_list("report", flat=True)) == sorted(
        Report.objects.values_list("pk", flat=True)
    )
    assert list(Attempt.objects.values_list("outcome", flat=True)) == [AttemptOutcome.ACKNOWLEDGED] * number
    for case in cases:
        own = [one for one in receiver.control_ids if one.startswith(case.pk.hex[:12])]
        assert own == [f"{case.pk.hex[:12]}-{version}" for version in range(1, len(VERSIONS) + 1)]
    positions = Message.objects.order_by("position").values_list("position", flat=True)
    signed = FeedEvent.objects.filter(report__isnull=False).order_by("position").values_list("position", flat=True)
    assert list(positions) == list(signed)
    assert list(check_feed()) == []
